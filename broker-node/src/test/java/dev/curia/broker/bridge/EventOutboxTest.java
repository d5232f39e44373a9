package dev.curia.broker.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.common.time.SystemClock;
import dev.curia.proto.events.v1.CauseKind;
import dev.curia.proto.events.v1.Event;
import dev.curia.proto.events.v1.EventKind;
import dev.curia.replica.port.ReplicaEvents.Offsets;
import dev.curia.replica.port.ReplicaEvents.ReplicaEvent;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class EventOutboxTest {
    private static final PartitionId ID = new PartitionId(new Uuid(1, 2), 3);

    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final EventOutbox outbox = new EventOutbox(new SystemClock(), meters);

    private void happened(int n) {
        outbox.happened(new ReplicaEvent(
                EventKind.LOG_TRUNCATED,
                CauseKind.LOGS_DIVERGED,
                ID,
                new TopicPartition("orders", 3),
                "cut " + n,
                Optional.of(new Offsets(n, n + 1, 0))));
    }

    @Test
    void eventsStayUntilTheyAreInTheJournal() {
        for (int i = 0; i < EventOutbox.BATCH + 10; i++) happened(i);
        assertThat(outbox.oldest().getEventsCount()).isEqualTo(EventOutbox.BATCH);
        assertThat(outbox.oldest()).isEqualTo(outbox.oldest());
        outbox.kept(5);
        assertThat(outbox.oldest().getFirstSequence()).isEqualTo(5);
        Event first = outbox.oldest().getEvents(0);
        assertThat(first.getText()).isEqualTo("cut 5");
        assertThat(first.getPartition()).isEqualTo(3);
        assertThat(first.getOffsets().getFrom()).isEqualTo(5);
        outbox.kept(3); // late, from before
        assertThat(outbox.oldest().getFirstSequence()).isEqualTo(5);
        outbox.kept(EventOutbox.BATCH + 10);
        assertThat(outbox.oldest().getEventsCount()).isZero();
        assertThat(meters.get("curia_broker_events")
                        .tag("cause", "logs_diverged")
                        .counter()
                        .count())
                .isEqualTo(EventOutbox.BATCH + 10);
    }

    @Test
    void whatFindsNoRoomIsCountedAndToldLater() {
        for (int i = 0; i < EventOutbox.CAPACITY + 7; i++) happened(i);
        outbox.kept(EventOutbox.CAPACITY);
        Event lost = outbox.oldest().getEvents(0);
        assertThat(lost.getKind()).isEqualTo(EventKind.EVENTS_LOST);
        assertThat(lost.getText()).startsWith("7 more events");
        outbox.kept(EventOutbox.CAPACITY + 1);
        assertThat(outbox.oldest().getEventsCount()).isZero();
    }
}
