package dev.curia.metadata.decide;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.Uuid;
import dev.curia.metadata.image.BrokerRegistration;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.Topic;
import dev.curia.proto.events.v1.Event;
import dev.curia.proto.metadata.v1.BrokerEventsRecord;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.util.List;
import java.util.Optional;

/** What brokers tell of themselves, on its way into the journal. */
public final class BrokerEvents {
    private static final int MAX_TEXT = 1_000;

    private BrokerEvents() {}

    /** Keeps them, completed by what the metadata knows; none of a broker that is gone or of another epoch. */
    public static Decision<Boolean> keep(MetadataImage image, int brokerId, long epoch, List<Event> events) {
        Optional<BrokerRegistration> broker = image.broker(brokerId).filter(b -> b.epoch() == epoch);
        if (broker.isEmpty() || events.isEmpty()) return Decision.answer(false);
        BrokerEventsRecord.Builder record = BrokerEventsRecord.newBuilder().setBrokerId(brokerId);
        for (Event event : events) record.addEvents(completed(image, brokerId, event));
        return Decision.of(
                List.of(MetadataRecord.newBuilder().setBrokerEvents(record).build()), true);
    }

    private static Event completed(MetadataImage image, int brokerId, Event told) {
        Event.Builder event = told.toBuilder().setToldBy(brokerId).clearIndex().clearSequence();
        if (told.getText().length() > MAX_TEXT) event.setText(told.getText().substring(0, MAX_TEXT));
        if (told.getTopicId().size() != 16) return event.clearTopicId().build();
        Uuid id = ImageRecords.uuid(told.getTopicId());
        image.topic(id).map(Topic::name).ifPresent(event::setTopic);
        Optional<PartitionState> state = image.partition(new PartitionId(id, told.getPartition()));
        state.ifPresent(p -> event.setLeader(p.leader())
                .setLeaderEpoch(p.leaderEpoch())
                .setPartitionEpoch(p.partitionEpoch())
                .clearIsr()
                .addAllIsr(p.isr()));
        return event.build();
    }
}
