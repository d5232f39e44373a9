package dev.curia.broker.bridge;

import static dev.curia.common.metric.MetricKey.counter;

import com.google.protobuf.UnsafeByteOperations;
import dev.curia.common.metric.MetricKey;
import dev.curia.common.time.Clock;
import dev.curia.proto.events.v1.CauseKind;
import dev.curia.proto.events.v1.Event;
import dev.curia.proto.events.v1.EventKind;
import dev.curia.proto.events.v1.OffsetRange;
import dev.curia.proto.metadata.v1.BrokerEvents;
import dev.curia.replica.port.ReplicaEvents;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;

/**
 * What happened on this broker and is not yet in the cluster's journal. Bounded: beyond that the newest are only counted, and their number is told
 * when there is room again. Thread-safe; nothing blocks.
 */
public final class EventOutbox implements ReplicaEvents {
    static final int CAPACITY = 2_000;
    /** Of one message, and so of one metadata batch. */
    static final int BATCH = 200;

    private static final MetricKey EVENTS = counter(
                    "curia_broker_events_total",
                    "What happened to replicas and groups of this broker, by kind and cause, both as in `curia events`.",
                    "",
                    "kind",
                    "cause")
            .onlyOnceItHappened();

    /** All of them. */
    public static final List<MetricKey> KEYS = List.of(EVENTS);

    private final Clock clock;
    private final MeterRegistry meters;

    // Guarded by this.
    private final ArrayDeque<Event> waiting = new ArrayDeque<>();
    private long firstSequence;
    private long lost;

    public EventOutbox(Clock clock, MeterRegistry meters) {
        this.clock = clock;
        this.meters = meters;
    }

    @Override
    public void happened(ReplicaEvent happened) {
        count(happened.kind(), happened.cause());
        Event.Builder event = event(happened.kind(), happened.cause(), happened.text())
                .setTopicId(UnsafeByteOperations.unsafeWrap(
                        happened.partition().topicId().toBytes()))
                .setTopic(happened.name().topic())
                .setPartition(happened.partition().partition());
        happened.offsets()
                .ifPresent(range -> event.setOffsets(OffsetRange.newBuilder()
                        .setFrom(range.from())
                        .setTo(range.to())
                        .setEpoch(range.epoch())));
        add(event.build());
    }

    /** Of a group that is coordinated here; its time is now. */
    public void ofGroup(Event event) {
        count(event.getKind(), event.getCause());
        add(event.toBuilder().setAtMs(clock.wallMillis()).build());
    }

    private void count(EventKind kind, CauseKind cause) {
        EVENTS.counter(
                        meters,
                        kind.name().toLowerCase(Locale.ROOT),
                        cause.name().toLowerCase(Locale.ROOT))
                .increment();
    }

    private synchronized void add(Event event) {
        if (waiting.size() >= CAPACITY) lost++;
        else waiting.add(event);
    }

    /** The oldest ones. */
    synchronized BrokerEvents oldest() {
        BrokerEvents.Builder batch = BrokerEvents.newBuilder().setFirstSequence(firstSequence);
        waiting.stream().limit(BATCH).forEach(batch::addEvents);
        return batch.build();
    }

    /** Those of a lower sequence are in the journal. */
    synchronized void kept(long before) {
        while (firstSequence < before && !waiting.isEmpty()) {
            waiting.remove();
            firstSequence++;
        }
        if (lost == 0 || waiting.size() >= CAPACITY) return;
        String text =
                lost + " more events than this broker could keep until they were in the journal; its log has them";
        waiting.add(event(EventKind.EVENTS_LOST, CauseKind.NO_SPACE, text)
                .setPartition(-1)
                .build());
        lost = 0;
    }

    private Event.Builder event(EventKind kind, CauseKind cause, String text) {
        return Event.newBuilder()
                .setAtMs(clock.wallMillis())
                .setKind(kind)
                .setCause(cause)
                .setText(text);
    }
}
