package dev.curia.log.producer;

import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Entries by producer id: open addressing, so that an idle producer costs little more than its entry. Not thread-safe. */
final class ProducerTable {
    private static final int INITIAL_SLOTS = 4;
    private static final long MIX = 0x9E3779B97F4A7C15L;

    // A power of two, never more than three quarters full; null: free.
    private @Nullable ProducerEntry[] slots = new ProducerEntry[INITIAL_SLOTS];
    private int size;

    int size() {
        return size;
    }

    @Nullable
    ProducerEntry get(long producerId) {
        return slots[slotOf(producerId)];
    }

    ProducerEntry getOrAdd(long producerId) {
        ProducerEntry known = slots[slotOf(producerId)];
        if (known != null) return known;
        ProducerEntry added = new ProducerEntry(producerId);
        put(added);
        return added;
    }

    /** Replaces an entry of the same id. */
    void put(ProducerEntry entry) {
        int slot = slotOf(entry.producerId);
        if (slots[slot] == null) {
            if ((size + 1) * 4L > slots.length * 3L) {
                rebuild(slots.length * 2, e -> true);
                slot = slotOf(entry.producerId);
            }
            size++;
        }
        slots[slot] = entry;
    }

    void forEach(Consumer<ProducerEntry> action) {
        for (ProducerEntry entry : slots) if (entry != null) action.accept(entry);
    }

    /** Keeps only those, each asked once, and no more room than they need. */
    void retain(Predicate<ProducerEntry> kept) {
        rebuild(slots.length, kept);
        int room = INITIAL_SLOTS;
        while (size * 4L > room * 3L) room *= 2;
        if (room < slots.length) rebuild(room, entry -> true);
    }

    void clear() {
        slots = new ProducerEntry[INITIAL_SLOTS];
        size = 0;
    }

    private void rebuild(int room, Predicate<ProducerEntry> kept) {
        @Nullable ProducerEntry[] old = slots;
        slots = new ProducerEntry[room];
        size = 0;
        for (ProducerEntry entry : old) {
            if (entry == null || !kept.test(entry)) continue;
            slots[slotOf(entry.producerId)] = entry;
            size++;
        }
    }

    /** Where the producer is, or would be put. */
    private int slotOf(long producerId) {
        int mask = slots.length - 1;
        int slot = (int) ((producerId * MIX) >>> Integer.SIZE) & mask;
        for (ProducerEntry at = slots[slot]; at != null && at.producerId != producerId; at = slots[slot]) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }
}
