package dev.curia.metadata.rpc;

import dev.curia.metadata.port.MetadataLog.Committed;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The newest committed batches in memory, so that watchers who keep up cost no disk reads. Bounded in number and bytes. Thread-safe. */
final class RecentCommits {
    private static final int MAX_BATCHES = 1024;
    private static final long MAX_BYTES = 16 * 1024 * 1024;

    private final Deque<Committed> batches = new ArrayDeque<>();
    private long bytes;
    private long floor = Long.MAX_VALUE; // every batch after this index is held

    synchronized void add(Committed batch) {
        if (batches.isEmpty()) floor = batch.index() - 1;
        batches.add(batch);
        bytes += size(batch);
        while (batches.size() > MAX_BATCHES || bytes > MAX_BYTES) {
            Committed oldest = batches.remove();
            bytes -= size(oldest);
            floor = oldest.index();
        }
    }

    synchronized void clear() {
        batches.clear();
        bytes = 0;
        floor = Long.MAX_VALUE;
    }

    /** Batches after {@code index}, oldest first; empty optional when not all of them are held. */
    synchronized Optional<List<Committed>> after(long index, int limit) {
        if (index < floor) return Optional.empty();
        List<Committed> after = new ArrayList<>();
        for (Committed batch : batches) {
            if (batch.index() > index && after.size() < limit) after.add(batch);
        }
        return Optional.of(after);
    }

    private static long size(Committed batch) {
        return batch.records().stream()
                .mapToLong(MetadataRecord::getSerializedSize)
                .sum();
    }
}
