package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Await;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Settings of brokers that are changed while they run take effect, and so does their removal. */
class DynamicSettingsTest {
    private static final ConfigResource ALL_BROKERS = new ConfigResource(ConfigResource.Type.BROKER, "");
    private static final int API_VERSIONS = 18;

    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.standalone().with("log.retention.check.interval.ms", "200");

    private final Clients clients = Clients.of(CLUSTER);

    private static void alter(Admin admin, OpType type, String key, String value) {
        Clients.get(admin.incrementalAlterConfigs(
                        Map.of(ALL_BROKERS, List.of(new AlterConfigOp(new ConfigEntry(key, value), type))))
                .all());
    }

    @Test
    @Shows(client = Program.JAVA, value = "admin: defaults of topics are changed while brokers run")
    void aDefaultOfAllBrokersHoldsForTopicsThatSayNothing() {
        clients.createTopic("says-nothing", 1, 1, Map.of("segment.bytes", "1048576", "file.delete.delay.ms", "0"));
        clients.createTopic("says-something", 1, 1, Map.of("segment.bytes", "1048576", "retention.bytes", "100000000"));
        fill("says-nothing");
        fill("says-something");
        try (Admin admin = clients.admin()) {
            alter(admin, OpType.SET, "log.retention.bytes", "1048576");
            Await.until("the start moves", Clients.PATIENCE, () -> start(admin, "says-nothing") > 0);
            assertThat(start(admin, "says-something")).isZero();
            alter(admin, OpType.DELETE, "log.retention.bytes", "");
        }
    }

    private void fill(String topic) {
        try (KafkaProducer<byte[], byte[]> producer = clients.producer()) {
            Clients.send(
                    producer,
                    IntStream.range(0, 30)
                            .mapToObj(i -> new ProducerRecord<byte[], byte[]>(topic, new byte[100_000]))
                            .toList());
        }
    }

    private static long start(Admin admin, String topic) {
        TopicPartition partition = new TopicPartition(topic, 0);
        return Clients.get(admin.listOffsets(Map.of(partition, OffsetSpec.earliest()))
                        .partitionResult(partition))
                .offset();
    }

    @Test
    void connectionsAreLimitedFromThenOn() throws Exception {
        try (Admin admin = clients.admin()) {
            alter(admin, OpType.SET, "max.connections.per.ip", "10");
            List<RawConnection> open = new ArrayList<>();
            int served = 0;
            for (int i = 0; i < 20; i++) {
                RawConnection connection = RawConnection.to(CLUSTER.bootstrapServers());
                open.add(connection);
                if (isServed(connection)) served++;
            }
            assertThat(served).isBetween(1, 9);
            for (RawConnection connection : open) connection.close();
            alter(admin, OpType.DELETE, "max.connections.per.ip", "");
        }
        try (RawConnection connection = RawConnection.to(CLUSTER.bootstrapServers())) {
            assertThat(isServed(connection)).isTrue();
        }
    }

    private static boolean isServed(RawConnection connection) {
        try {
            connection.send(RawConnection.request(API_VERSIONS, 0, 1, new byte[0]));
            return connection.receive().isPresent();
        } catch (IOException closed) {
            return false;
        }
    }
}
