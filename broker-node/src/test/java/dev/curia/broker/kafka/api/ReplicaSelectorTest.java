package dev.curia.broker.kafka.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.id.Uuid;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.proto.metadata.v1.BrokerRegistrationRecord;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.replica.Replica.View;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplicaSelectorTest {
    private static final View LEADER = new View(true, 1, 0, 0, 9, 9, 9, List.of(1, 2, 3, 5));

    private final MetadataImage image = MetadataImage.EMPTY
            .apply(
                    1,
                    List.of(
                            broker(1, "a", false),
                            broker(2, "b", false),
                            broker(3, "c", true),
                            broker(4, "d", false),
                            broker(5, "b", false)))
            .image();

    private static MetadataRecord broker(int id, String rack, boolean fenced) {
        return MetadataRecord.newBuilder()
                .setBrokerRegistration(BrokerRegistrationRecord.newBuilder()
                        .setBrokerId(id)
                        .setBrokerEpoch(id)
                        .setIncarnationId(ImageRecords.bytes(new Uuid(1, id)))
                        .setRack(rack)
                        .setFenced(fenced))
                .build();
    }

    private static final ReplicaSelector BY_RACK =
            ReplicaSelector.named("org.apache.kafka.common.replica.RackAwareReplicaSelector");

    @Test
    void aConsumerIsSentToAReplicaInSyncInItsOwnRack() {
        assertThat(BY_RACK.elsewhere(LEADER, 0, image, "b")).hasValue(2);
        assertThat(BY_RACK.elsewhere(LEADER, 1, image, "b"))
                .as("another partition")
                .hasValue(5);
        assertThat(BY_RACK.elsewhere(LEADER, 0, image, "a"))
                .as("the leader's own")
                .isEmpty();
        assertThat(BY_RACK.elsewhere(LEADER, 0, image, "c")).as("fenced").isEmpty();
        assertThat(BY_RACK.elsewhere(LEADER, 0, image, "d")).as("not in sync").isEmpty();
        assertThat(BY_RACK.elsewhere(LEADER, 0, image, "")).as("not said").isEmpty();
    }

    @Test
    void aFollowerAndALeaderThatServesAllSendNobodyAway() {
        View follower = new View(false, 1, 0, 0, 9, 9, 9, List.of());
        assertThat(BY_RACK.elsewhere(follower, 0, image, "a")).isEmpty();
        assertThat(ReplicaSelector.named("org.apache.kafka.common.replica.LeaderSelector")
                        .elsewhere(LEADER, 0, image, "b"))
                .isEmpty();
    }
}
