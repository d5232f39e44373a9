package dev.curia.broker.kafka.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.id.Uuid;
import dev.curia.metadata.image.BrokerRegistration;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.ServerEndpoint;
import dev.curia.metadata.image.Standing;
import dev.curia.metadata.image.Topic;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.pcollections.TreePVector;

class LeaderHintsTest {
    private static final Uuid ORDERS = new Uuid(1, 2);

    /** A request waited for what its leader, who leads no longer, could not do. */
    @Test
    void theLeaderOfNowIsNamedNotThatOfWhenTheRequestCame() {
        MetadataImage before = image(1, 4);
        MetadataImage now = image(2, 5);
        PartitionLookup.Found found = new PartitionLookup.Found(Errors.NONE, before.topic(ORDERS), 0, null);
        LeaderHints hints = new LeaderHints(now, "PLAINTEXT");
        assertThat(hints.leader(Errors.NOT_LEADER_OR_FOLLOWER, found))
                .hasValueSatisfying(state ->
                        assertThat(List.of(state.leader(), state.leaderEpoch())).containsExactly(2, 5));
        assertThat(hints.nodes()).containsOnlyKeys(2);
        assertThat(hints.leader(Errors.NOT_ENOUGH_REPLICAS, found)).isEmpty();
    }

    @Test
    void aLeaderThatDoesNotListenThereIsNotNamed() {
        MetadataImage now = image(2, 5);
        PartitionLookup.Found found = new PartitionLookup.Found(Errors.NONE, now.topic(ORDERS), 0, null);
        LeaderHints hints = new LeaderHints(now, "OTHER");
        assertThat(hints.leader(Errors.NOT_LEADER_OR_FOLLOWER, found)).isEmpty();
        assertThat(hints.nodes()).isEmpty();
    }

    private static MetadataImage image(int leader, int leaderEpoch) {
        List<Integer> replicas = List.of(1, 2);
        PartitionState partition = new PartitionState(
                replicas, replicas, List.of(), List.of(), leader, leaderEpoch, leaderEpoch, List.of(), List.of());
        List<MetadataRecord> records = new ArrayList<>();
        replicas.forEach(id -> records.add(ImageRecords.brokerRecord(broker(id))));
        records.add(ImageRecords.topicRecord(new Topic(ORDERS, "orders", false, TreePVector.empty())));
        records.add(ImageRecords.partitionRecord(ORDERS, 0, partition));
        return MetadataImage.EMPTY.apply(1, records).image();
    }

    private static BrokerRegistration broker(int id) {
        ServerEndpoint kafka = new ServerEndpoint("PLAINTEXT", "host-" + id, 9092, "PLAINTEXT");
        ServerEndpoint rpc = new ServerEndpoint("RPC", "host-" + id, 9093, "PLAINTEXT");
        return new BrokerRegistration(
                id,
                id,
                new Uuid(id, id),
                List.of(kafka),
                rpc,
                Optional.empty(),
                List.of(),
                false,
                Standing.IN_SERVICE,
                Map.of());
    }
}
