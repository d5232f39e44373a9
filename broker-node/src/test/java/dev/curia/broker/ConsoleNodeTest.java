package dev.curia.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.security.Acl;
import dev.curia.common.security.Operation;
import dev.curia.common.security.PatternType;
import dev.curia.common.security.Permission;
import dev.curia.common.security.Principal;
import dev.curia.common.security.ResourceType;
import dev.curia.metadata.access.GrpcCallers;
import dev.curia.metadata.acl.AclMessages;
import dev.curia.proto.admin.v1.AdminGrpc;
import dev.curia.proto.admin.v1.CreateAclsRequest;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.testkit.Await;
import dev.curia.testkit.FreePorts;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The web console of a whole node, by its JSON API: how far groups were behind, and what ACLs leave of it. */
class ConsoleNodeTest {
    private static final String TOPIC = "orders";
    private static final String GROUP = "billing";

    @TempDir
    Path directory;

    private final List<Integer> ports = FreePorts.find(2);

    private EmbeddedNode start(Map<String, String> more) throws Exception {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("quorum.voters", "1@127.0.0.1:" + ports.get(0) + ":" + ports.get(1));
        settings.put("curia.group.lag.interval.ms", "100");
        settings.put("console.messages.enable", "true");
        return EmbeddedNode.start(directory, settings);
    }

    private static void send(EmbeddedNode node, int records) {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", node.bootstrapServer()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (int i = 0; i < records; i++) {
                Future<RecordMetadata> unused = producer.send(new ProducerRecord<>(TOPIC, new byte[10]));
            }
        }
    }

    private static void commit(EmbeddedNode node, long offset) {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", node.bootstrapServer(), "group.id", GROUP),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.commitSync(Map.of(new TopicPartition(TOPIC, 0), new OffsetAndMetadata(offset)));
        }
    }

    private static void await(EmbeddedNode node, String path, String... expected) {
        Await.until(path + " has " + List.of(expected), Duration.ofSeconds(30), () -> {
            String body = node.get(path).body();
            return Stream.of(expected).allMatch(body::contains);
        });
    }

    @Test
    void whatAGroupsLagWasIsKeptByTheNode() throws Exception {
        try (EmbeddedNode node = start(Map.of())) {
            send(node, 10);
            commit(node, 4);
            await(node, "/api/v1/groups/billing/lag", "\"records\":6,\"seconds\":");
            commit(node, 10);
            await(node, "/api/v1/groups/billing/lag", "\"records\":6", "\"records\":0,\"seconds\":0.0");
            await(node, "/api/v1/groups/billing/lag?topic=orders", "\"records\":6", "\"records\":0,\"seconds\":0.0");

            assertThat(node.get("/api/v1/groups/billing/lag?topic=other").body())
                    .isEqualTo("{\"points\":[],\"missing\":[]}\n");
            assertThat(node.faults()).isEmpty();
        }
    }

    private static Acl allow(Operation operation, ResourceType type, String name) {
        return new Acl(type, name, PatternType.LITERAL, Principal.ANONYMOUS, Acl.WILDCARD, operation, Permission.ALLOW);
    }

    /** As a node does it on behalf of somebody who may. */
    private void create(Acl... acls) {
        ManagedChannel quorum = NettyChannelBuilder.forAddress("127.0.0.1", ports.get(1))
                .usePlaintext()
                .intercept(GrpcCallers.fromNode())
                .build();
        try {
            CreateAclsRequest.Builder request = CreateAclsRequest.newBuilder();
            for (Acl acl : acls) request.addAcls(AclMessages.entry(acl));
            assertThat(AdminGrpc.newBlockingStub(quorum)
                            .createAcls(request.build())
                            .getStatusesList())
                    .allMatch(status -> status.getCode() == ErrorCode.NONE);
        } finally {
            quorum.shutdownNow();
        }
    }

    private static void refuses(EmbeddedNode node, String lacks, String... paths) throws Exception {
        for (String path : paths) {
            HttpResponse<String> answer = node.get("/api/v1" + path);
            assertThat(answer.statusCode()).as("%s: %s", path, answer.body()).isEqualTo(403);
            assertThat(answer.body()).as(path).contains("as User:ANONYMOUS, who would need " + lacks);
        }
    }

    private static void answers(EmbeddedNode node, String path, String... expected) throws Exception {
        HttpResponse<String> answer = node.get("/api/v1" + path);
        assertThat(answer.statusCode()).as("%s: %s", path, answer.body()).isEqualTo(200);
        assertThat(answer.body()).as(path).contains(expected);
    }

    @Test
    void whatAclsRefuseIsSaidWithWhatItWouldNeedAndTheRestIsShown() throws Exception {
        try (EmbeddedNode open = start(Map.of())) {
            send(open, 10);
            commit(open, 4);
        }
        try (EmbeddedNode node = start(Map.of("authorizer.class.name", "standard"))) {
            answers(node, "/console", "\"nodeId\":1");
            refuses(
                    node,
                    "Describe on the cluster",
                    "/cluster",
                    "/topics",
                    "/groups",
                    "/groups/billing",
                    "/groups/billing/lag",
                    "/log-dirs",
                    "/moves",
                    "/quorum",
                    "/events");
            refuses(node, "Describe on topic orders", "/topics/orders", "/topics/orders/records");

            create(
                    allow(Operation.DESCRIBE, ResourceType.CLUSTER, ResourceType.THE_CLUSTER),
                    allow(Operation.DESCRIBE, ResourceType.GROUP, GROUP));
            await(node, "/api/v1/cluster", "\"brokerId\":1");
            answers(node, "/topics", "\"name\":\"orders\"");
            answers(node, "/log-dirs", "\"replicas\":");
            answers(node, "/groups", "\"group\":\"billing\"");
            answers(node, "/groups/billing", "\"offset\":4", "\"lag\":null", "\"refusedTopics\":[\"orders\"]");
            answers(node, "/groups/billing/lag", "\"points\":[");
            refuses(node, "Describe on topic orders", "/topics/orders", "/groups/billing/lag?topic=orders");
            refuses(node, "DescribeConfigs on the cluster", "/brokers/1/configs");
            refuses(node, "DescribeConfigs on topic orders", "/topics/orders/configs");

            create(allow(Operation.DESCRIBE, ResourceType.TOPIC, TOPIC));
            await(node, "/api/v1/topics/orders", "\"leader\":1");
            answers(node, "/topics/orders/offsets", "\"endOffset\":10");
            answers(node, "/groups/billing", "\"lag\":6", "\"refusedTopics\":[]");
            refuses(node, "Read on topic orders", "/topics/orders/records");

            create(allow(Operation.READ, ResourceType.TOPIC, TOPIC));
            await(node, "/api/v1/topics/orders/records", "\"offset\":9");
            assertThat(node.faults()).isEmpty();
        }
    }
}
