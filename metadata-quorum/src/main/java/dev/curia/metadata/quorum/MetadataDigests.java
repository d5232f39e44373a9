package dev.curia.metadata.quorum;

import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.port.MetadataLog;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Compares the metadata of others with this node's: their digest at an index with the one that this node had at the same index, of which
 * it keeps the newest {@value #KEPT}. What is older, or not applied here yet, is not compared; the next report will be.
 *
 * <p>Thread-safe. Costs 16 bytes an index, and a look-up a report.
 */
public final class MetadataDigests implements MetadataLog.CommitListener {
    static final int KEPT = 4096;

    /** @param member whose metadata it is; {@code expected} is this node's digest */
    public record Mismatch(String member, long index, long expected, long found) {
        @Override
        public String toString() {
            return String.format(
                    "the metadata of %s differs from the quorum leader's at index %d: digest %016x, expected %016x",
                    member, index, found, expected);
        }
    }

    private final Consumer<Mismatch> onNew;
    private final long[] indexes = new long[KEPT]; // a ring, rising from the oldest to the newest
    private final long[] digests = new long[KEPT];
    private int next;
    private int count;
    private final Map<String, Mismatch> mismatches = new TreeMap<>();

    /** @param onNew told once when a member begins to differ; called on the reporter's thread, must not block */
    public MetadataDigests(Consumer<Mismatch> onNew) {
        this.onNew = onNew;
    }

    @Override
    public void onCommitted(long index, List<MetadataRecord> records, MetadataImage image) {
        add(index, image.digest());
    }

    @Override
    public synchronized void onSnapshotInstalled(MetadataImage image) {
        count = 0;
        add(image.index(), image.digest());
    }

    private synchronized void add(long index, long digest) {
        indexes[next] = index;
        digests[next] = digest;
        next = (next + 1) % KEPT;
        count = Math.min(KEPT, count + 1);
    }

    /** A member's digest at an index; 0 stands for unknown. */
    public void check(String member, long index, long digest) {
        Mismatch found = null;
        synchronized (this) {
            OptionalLong expected = at(index);
            if (digest == 0 || expected.isEmpty()) return;
            if (expected.getAsLong() == digest) {
                mismatches.remove(member);
            } else {
                found = new Mismatch(member, index, expected.getAsLong(), digest);
                if (mismatches.put(member, found) != null) return;
            }
        }
        if (found != null) onNew.accept(found);
    }

    /** This node's digest at an index, if it is kept. */
    synchronized OptionalLong at(long index) {
        int low = 0;
        int high = count - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int slot = Math.floorMod(next - count + middle, KEPT);
            if (indexes[slot] == index) return OptionalLong.of(digests[slot]);
            if (indexes[slot] < index) low = middle + 1;
            else high = middle - 1;
        }
        return OptionalLong.empty();
    }

    /** Members whose newest comparison failed, by name. */
    public synchronized List<Mismatch> mismatches() {
        return new ArrayList<>(mismatches.values());
    }

    /** This node leads no more: others compare now. */
    synchronized void forget() {
        mismatches.clear();
    }
}
