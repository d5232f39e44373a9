package dev.curia.broker.kafka.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.common.time.SystemClock;
import dev.curia.proto.admin.v1.DescribeQuorumResponse;
import dev.curia.proto.admin.v1.QuorumNodeDescription;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients are told of topics, of the cluster and of its quorum. */
class DescriptionsTest {
    @TempDir
    Path directory;

    TestBroker broker;
    Admin admin;

    @BeforeEach
    void start() throws Exception {
        broker = new TestBroker(directory);
        admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
    }

    @AfterEach
    void stop() throws Exception {
        admin.close();
        broker.close();
    }

    private static <T> T get(KafkaFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    @Test
    void manyTopicsAreDescribedPageByPage() throws Exception {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            names.add("topic-" + i);
            broker.topic("topic-" + i, 7);
        }
        Map<String, TopicDescription> all =
                get(admin.describeTopics(names, new DescribeTopicsOptions().partitionSizeLimitPerResponse(10))
                        .allTopicNames());
        assertThat(all).containsOnlyKeys(names);
        assertThat(all.values()).allSatisfy(topic -> {
            assertThat(topic.partitions()).extracting(p -> p.partition()).containsExactly(0, 1, 2, 3, 4, 5, 6);
            assertThat(topic.partitions()).allSatisfy(p -> {
                assertThat(p.leader().id()).isEqualTo(TestBroker.ID);
                assertThat(p.elr()).isEmpty();
            });
        });
        assertThatThrownBy(() ->
                        get(admin.describeTopics(List.of("topic-1", "none")).allTopicNames()))
                .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
    }

    @Test
    void aPageEndsAtTheLimitAndTheNextBeginsThere() throws Exception {
        broker.topic("a", 3);
        broker.topic("b", 3);
        DescribeTopicPartitionsResponseData first = page(null, 4);
        assertThat(partitions(first)).isEqualTo("a:0,1,2 b:0 ");
        assertThat(first.nextCursor().topicName()).isEqualTo("b");
        assertThat(first.nextCursor().partitionIndex()).isEqualTo(1);
        assertThat(partitions(page(new Cursor().setTopicName("b").setPartitionIndex(1), 4)))
                .isEqualTo("b:1,2 none:(UNKNOWN_TOPIC_OR_PARTITION) ");
        assertThat(partitions(page(new Cursor().setTopicName("b").setPartitionIndex(9), 4)))
                .as("partitions that are no more")
                .isEqualTo("b: none:(UNKNOWN_TOPIC_OR_PARTITION) ");
        DescribeTopicPartitionsResponseData exact = page(null, 3);
        assertThat(partitions(exact)).isEqualTo("a:0,1,2 ");
        assertThat(exact.nextCursor().topicName()).isEqualTo("b");
        assertThat(page(null, 6).nextCursor()).isNull();
    }

    private DescribeTopicPartitionsResponseData page(@org.jspecify.annotations.Nullable Cursor from, int limit)
            throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), broker.port())) {
            DescribeTopicPartitionsRequestData request = new DescribeTopicPartitionsRequestData()
                    .setTopics(List.of(
                            new TopicRequest().setName("none"),
                            new TopicRequest().setName("b"),
                            new TopicRequest().setName("a")))
                    .setResponsePartitionLimit(limit)
                    .setCursor(from);
            return (DescribeTopicPartitionsResponseData)
                    EveryVersionTest.call(socket, ApiKeys.DESCRIBE_TOPIC_PARTITIONS, (short) 0, request)
                            .data();
        }
    }

    private static String partitions(DescribeTopicPartitionsResponseData data) {
        StringBuilder text = new StringBuilder();
        data.topics().forEach(topic -> {
            text.append(topic.name()).append(':');
            if (topic.errorCode() != 0)
                text.append('(').append(Errors.forCode(topic.errorCode())).append(')');
            text.append(String.join(
                            ",",
                            topic.partitions().stream()
                                    .map(p -> Integer.toString(p.partitionIndex()))
                                    .toList()))
                    .append(' ');
        });
        return text.toString();
    }

    @Test
    void theQuorumIsDescribedAsItsLeaderSeesIt() throws Exception {
        broker.quorum = DescribeQuorumResponse.newBuilder()
                .setLeaderId(1)
                .setTerm(5)
                .setCommittedIndex(100)
                .addNodes(node(1, 101, 0))
                .addNodes(node(2, 100, 20))
                .addNodes(node(3, 50, 10_000))
                .addNodes(node(4, -1, -1))
                .build();
        long before = new SystemClock().wallMillis();
        QuorumInfo quorum = get(admin.describeMetadataQuorum().quorumInfo());
        assertThat(quorum.leaderId()).isEqualTo(1);
        assertThat(quorum.leaderEpoch()).isEqualTo(5);
        assertThat(quorum.highWatermark()).isEqualTo(101);
        assertThat(quorum.observers()).isEmpty();
        assertThat(quorum.voters())
                .extracting(QuorumInfo.ReplicaState::replicaId, QuorumInfo.ReplicaState::logEndOffset)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(1, 102L),
                        org.assertj.core.groups.Tuple.tuple(2, 101L),
                        org.assertj.core.groups.Tuple.tuple(3, 51L),
                        org.assertj.core.groups.Tuple.tuple(4, -1L));
        assertThat(quorum.voters().get(0).lastCaughtUpTimestamp().getAsLong()).isGreaterThanOrEqualTo(before);
        assertThat(quorum.voters().get(0).lastFetchTimestamp()).isEmpty();
        assertThat(quorum.voters().get(1).lastCaughtUpTimestamp().getAsLong()).isGreaterThanOrEqualTo(before - 20);
        assertThat(quorum.voters().get(2).lastCaughtUpTimestamp()).isEmpty();
        assertThat(quorum.voters().get(2).lastFetchTimestamp().getAsLong()).isGreaterThanOrEqualTo(before - 10_000);
        assertThat(quorum.voters().get(3).lastFetchTimestamp()).isEmpty();
        assertThat(quorum.nodes().keySet()).containsExactlyInAnyOrder(1, 2, 3, 4);
    }

    private static QuorumNodeDescription node(int id, long match, long contactMillis) {
        return QuorumNodeDescription.newBuilder()
                .setNodeId(id)
                .setRpcAddress("q" + id + ":9094")
                .setMatchIndex(match)
                .setLastContactMs(contactMillis)
                .build();
    }

    @Test
    void whatAClientMayDoIsToldWhenItAsks() throws Exception {
        broker.topic("t", 1);
        var asked =
                get(admin.describeTopics(List.of("t"), new DescribeTopicsOptions().includeAuthorizedOperations(true))
                        .allTopicNames());
        assertThat(java.util.Objects.requireNonNull(asked.get("t")).authorizedOperations())
                .isEqualTo(Set.of(
                        AclOperation.READ,
                        AclOperation.WRITE,
                        AclOperation.CREATE,
                        AclOperation.DELETE,
                        AclOperation.ALTER,
                        AclOperation.DESCRIBE,
                        AclOperation.DESCRIBE_CONFIGS,
                        AclOperation.ALTER_CONFIGS));
        assertThat(get(admin.describeCluster(new DescribeClusterOptions().includeAuthorizedOperations(true))
                        .authorizedOperations()))
                .isEqualTo(Set.of(
                        AclOperation.CREATE,
                        AclOperation.ALTER,
                        AclOperation.DESCRIBE,
                        AclOperation.CLUSTER_ACTION,
                        AclOperation.DESCRIBE_CONFIGS,
                        AclOperation.ALTER_CONFIGS,
                        AclOperation.IDEMPOTENT_WRITE));
        assertThat(get(admin.describeCluster().authorizedOperations())).isNull();

        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), broker.port())) {
            MetadataRequestData request = new MetadataRequestData()
                    .setTopics(List.of(new MetadataRequestData.MetadataRequestTopic().setName("t")));
            MetadataResponseData silent =
                    (MetadataResponseData) EveryVersionTest.call(socket, ApiKeys.METADATA, (short) 10, request)
                            .data();
            assertThat(silent.clusterAuthorizedOperations()).isEqualTo(Integer.MIN_VALUE);
            assertThat(silent.topics().find("t").topicAuthorizedOperations()).isEqualTo(Integer.MIN_VALUE);
            MetadataResponseData told = (MetadataResponseData) EveryVersionTest.call(
                            socket,
                            ApiKeys.METADATA,
                            (short) 10,
                            request.setIncludeClusterAuthorizedOperations(true)
                                    .setIncludeTopicAuthorizedOperations(true))
                    .data();
            assertThat(told.clusterAuthorizedOperations()).isPositive();
            assertThat(told.topics().find("t").topicAuthorizedOperations()).isPositive();
        }
    }
}
