package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.time.SystemClock;
import dev.curia.testkit.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A machine that is suspended, as laptops are and virtual machines that move: who comes back goes on. */
@Tag("slow")
@Tag("long")
class SuspendedTest {
    /** The Raft library stops for good after a minute, if it is let. */
    private static final Duration SUSPENDED = Duration.ofSeconds(63);

    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.standalone();

    @Test
    void goesOnAfterMoreThanAMinute() {
        Clients clients = Clients.of(CLUSTER);
        clients.createTopic("kept", 1, 1, Map.of());
        try (KafkaProducer<byte[], byte[]> producer = clients.producer()) {
            Clients.send(producer, List.of(record("before")));
            NodeProcess node = CLUSTER.node();
            node.pause();
            SystemClock clock = new SystemClock();
            long start = clock.monotonicNanos();
            Await.until(
                    "it was suspended for long",
                    SUSPENDED.multipliedBy(2),
                    () -> clock.monotonicNanos() - start > SUSPENDED.toNanos());
            node.resume();
            Clients.send(producer, List.of(record("after")));
            assertThat(Text.values(clients.readAll("kept"))).containsExactly("before", "after");
            assertThat(node.isAlive()).isTrue();
        }
    }

    private static ProducerRecord<byte[], byte[]> record(String text) {
        return new ProducerRecord<>("kept", Text.bytes(text));
    }
}
