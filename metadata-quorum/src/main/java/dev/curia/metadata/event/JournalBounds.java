package dev.curia.metadata.event;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** Which batches of events are kept: bounded by their number and by their age. Used by one thread at a time. */
public final class JournalBounds {
    /** A batch that has events. */
    public record Entry(long index, int events, long atMs) {}

    private final EventSettings settings;
    private final ArrayDeque<Entry> entries = new ArrayDeque<>();
    private long events;

    public JournalBounds(EventSettings settings) {
        this.settings = settings;
    }

    /** Begins anew with what is stored, oldest first. */
    public void reset(List<Entry> stored) {
        entries.clear();
        events = 0;
        for (Entry entry : stored) {
            entries.addLast(entry);
            events += entry.events();
        }
    }

    /**
     * Adds the next batch; the newest one is kept however large it is. The age is that of the batch at this one's time, so that all nodes with
     * the same settings keep the same.
     *
     * @return the batches that have to go
     */
    public List<Entry> add(Entry entry) {
        entries.addLast(entry);
        events += entry.events();
        List<Entry> gone = new ArrayList<>();
        while (entries.size() > 1) {
            Entry oldest = entries.getFirst();
            boolean old = entry.atMs() - oldest.atMs() > settings.maxAge().toMillis();
            if (events <= settings.maxEvents() && !old) break;
            entries.removeFirst();
            events -= oldest.events();
            gone.add(oldest);
        }
        return gone;
    }
}
