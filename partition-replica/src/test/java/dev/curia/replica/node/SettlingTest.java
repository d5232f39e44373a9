package dev.curia.replica.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.replica.ReplicaAssignment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SettlingTest {
    private static final int MANY = 300;

    @TempDir
    Path dir;

    private static TopicPartition name(int partition) {
        return new TopicPartition("many", partition);
    }

    @Test
    void fewReplicasAreWaitedForAndManyAreNot() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 1, 1, Duration.ofSeconds(30))) {
            HostedReplicas replicas = cluster.broker(1).replicas;
            for (int p = 0; p < MANY; p++) {
                var unused = replicas.apply(new ReplicaAssignment(
                        new PartitionId(new Uuid(8, 8), p),
                        name(p),
                        1,
                        1,
                        0,
                        List.of(1),
                        List.of(1),
                        List.of(),
                        Map.of()));
            }
            assertThat(replicas.settled(1)).isDone();
            replicas.settled(MANY).get(TestCluster.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            for (int p = 0; p < MANY; p++) assertThat(replicas.find(name(p))).isPresent();
        }
    }
}
