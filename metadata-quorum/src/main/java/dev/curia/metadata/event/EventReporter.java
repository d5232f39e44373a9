package dev.curia.metadata.event;

import static dev.curia.common.metric.MetricKey.counter;

import dev.curia.common.metric.MetricKey;
import dev.curia.proto.events.v1.CauseKind;
import dev.curia.proto.events.v1.Event;
import dev.curia.proto.events.v1.EventKind;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of events in the server's log and in metrics; on the node whose controller decided them. Thread-safe. */
public final class EventReporter {
    private static final Logger LOG = LoggerFactory.getLogger(EventReporter.class);
    /** Of one batch; the fall of a broker with 100,000 partitions is one. */
    private static final int MAX_LINES = 200;

    private static final MetricKey EVENTS = counter(
                    "curia_events_total",
                    "What happened in the cluster, by kind and cause, both as in `curia events`; counted by the active controller.",
                    "`unclean_election` and `leader_lost` are worth a look each; the others come with what operators do and with brokers that stop.",
                    "kind",
                    "cause")
            .onlyOnceItHappened();

    /** All of them. */
    public static final List<MetricKey> KEYS = List.of(EVENTS);

    private final MeterRegistry meters;

    public EventReporter(MeterRegistry meters) {
        this.meters = meters;
    }

    /** The events of one batch. */
    public void report(List<Event> events) {
        events.forEach(event -> count(event.getKind(), event.getCause()).increment());
        events.stream().limit(MAX_LINES).forEach(event -> LOG.info("{}", line(event)));
        if (events.size() > MAX_LINES) {
            LOG.info(
                    "{} more events in metadata batch {}: 'curia events' shows them",
                    events.size() - MAX_LINES,
                    events.get(0).getIndex());
        }
    }

    static String line(Event event) {
        StringBuilder line = new StringBuilder(event.getKind().name());
        if (!event.getTopic().isEmpty()) {
            line.append(' ').append(event.getTopic());
            if (event.getPartition() >= 0) line.append('-').append(event.getPartition());
        }
        if (event.getBrokersCount() > 0) line.append(" brokers ").append(event.getBrokersList());
        if (event.getPartition() >= 0 && event.getToldBy() < 0) {
            line.append(" leader ").append(event.getLeader());
            line.append(" epoch ").append(event.getLeaderEpoch());
            line.append(" isr ").append(event.getIsrList());
        }
        if (event.getToldBy() >= 0) line.append(" told by broker ").append(event.getToldBy());
        if (event.hasOffsets()) {
            line.append(" offsets ").append(event.getOffsets().getFrom());
            line.append(" to ").append(event.getOffsets().getTo());
        }
        return line.append(", ")
                .append(event.getCause().name())
                .append(": ")
                .append(event.getText())
                .toString();
    }

    private Counter count(EventKind kind, CauseKind cause) {
        return EVENTS.counter(
                meters, kind.name().toLowerCase(Locale.ROOT), cause.name().toLowerCase(Locale.ROOT));
    }
}
