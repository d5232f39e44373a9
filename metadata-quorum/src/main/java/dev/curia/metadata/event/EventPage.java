package dev.curia.metadata.event;

import dev.curia.proto.admin.v1.EventPosition;
import dev.curia.proto.admin.v1.ListEventsRequest;
import dev.curia.proto.admin.v1.ListEventsResponse;
import dev.curia.proto.events.v1.Event;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Picks what a request asks for. Batches of events are handed in, oldest first when {@link #forward}, else newest first, until one is refused.
 * Used once, by one thread.
 */
public final class EventPage {
    /** The most events of one answer. */
    public static final int MAX_LIMIT = 1_000;

    private final ListEventsRequest request;
    private final int limit;
    private final List<Event> found = new ArrayList<>();
    private boolean more;

    public EventPage(ListEventsRequest request) {
        this.request = request;
        int wanted = request.getLimit();
        this.limit = wanted <= 0 ? MAX_LIMIT : Math.min(wanted, MAX_LIMIT);
    }

    /** Whether the oldest events behind a position are wanted, not the newest. */
    public boolean forward() {
        return request.hasAfter();
    }

    /** Batches of a lower index are not needed. */
    public long fromIndex() {
        return request.hasAfter() ? request.getAfter().getIndex() : 0;
    }

    /** @return false when no more are needed */
    public boolean add(List<Event> batch) {
        if (forward()) {
            for (Event event : batch) if (!offer(event)) return false;
            return true;
        }
        for (int i = batch.size() - 1; i >= 0; i--) if (!offer(batch.get(i))) return false;
        return true;
    }

    /** @param newestIndex up to it batches were handed in, if they were not refused */
    public ListEventsResponse answer(long newestIndex) {
        if (!forward()) Collections.reverse(found);
        return ListEventsResponse.newBuilder()
                .addAllEvents(found)
                .setNext(next(newestIndex))
                .setMore(more)
                .build();
    }

    /** Going forward with more to come, or beyond what was looked for: behind the last one found; else behind all there is. */
    private EventPosition next(long newestIndex) {
        EventPosition.Builder next = EventPosition.newBuilder();
        if (!found.isEmpty()) {
            Event last = found.get(found.size() - 1);
            if ((forward() && more) || last.getIndex() > newestIndex) {
                return next.setIndex(last.getIndex())
                        .setSequence(last.getSequence())
                        .build();
            }
        }
        if (forward() && request.getAfter().getIndex() > newestIndex) return request.getAfter();
        return next.setIndex(newestIndex).setSequence(Integer.MAX_VALUE).build();
    }

    private boolean offer(Event event) {
        if (!fits(event)) return true;
        if (found.size() == limit) {
            more = true;
            return false;
        }
        found.add(event);
        return true;
    }

    private boolean fits(Event event) {
        if (request.hasAfter() && !isBehind(event, request.getAfter())) return false;
        return (request.getTopic().isEmpty() || request.getTopic().equals(event.getTopic()))
                && (request.getGroup().isEmpty() || request.getGroup().equals(event.getGroup()))
                && (request.getPartitionsCount() == 0
                        || request.getPartitionsList().contains(event.getPartition()))
                && (request.getBrokersCount() == 0 || concerns(event))
                && (request.getKindsCount() == 0 || request.getKindsList().contains(event.getKind()))
                && (request.getCausesCount() == 0 || request.getCausesList().contains(event.getCause()))
                && event.getAtMs() >= request.getSinceMs()
                && (request.getUntilMs() == 0 || event.getAtMs() < request.getUntilMs());
    }

    private boolean concerns(Event event) {
        return request.getBrokersList().contains(event.getToldBy())
                || event.getBrokersList().stream().anyMatch(request.getBrokersList()::contains);
    }

    private static boolean isBehind(Event event, EventPosition position) {
        return event.getIndex() > position.getIndex()
                || (event.getIndex() == position.getIndex() && event.getSequence() > position.getSequence());
    }
}
