package dev.curia.broker.fetch;

import dev.curia.replica.Replica.ReadResult;
import dev.curia.replica.Replica.View;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchMetadata;

/**
 * What one reader fetches, remembered between its requests so that they carry only changes (KIP-227). Guarded by its monitor: a reader
 * that pipelines requests meets them here.
 */
final class FetchSession {
    /** A partition of the session and what its reader was last told. */
    private static final class Entry {
        FetchPartition asked;
        long highWatermark = -1;
        long logStartOffset = -1;

        Entry(FetchPartition asked) {
            this.asked = asked;
        }
    }

    final int id;
    final boolean byTopicId;

    // In the order to read them: who got records goes to the end, so that all get their turn.
    private final LinkedHashMap<FetchKey, Entry> partitions = new LinkedHashMap<>();
    private int nextEpoch = FetchMetadata.nextEpoch(FetchMetadata.INITIAL_EPOCH);

    FetchSession(int id, boolean byTopicId, List<FetchPartition> asked) {
        this.id = id;
        this.byTopicId = byTopicId;
        asked.forEach(partition -> partitions.put(partition.key(), new Entry(partition)));
    }

    /** Takes a request's changes, if it is the one expected next. */
    synchronized Errors advance(int epoch, boolean usesTopicIds, List<FetchPartition> asked, List<FetchKey> forgotten) {
        if (epoch != nextEpoch) return Errors.INVALID_FETCH_SESSION_EPOCH;
        if (usesTopicIds != byTopicId) return Errors.FETCH_SESSION_TOPIC_ID_ERROR;
        nextEpoch = FetchMetadata.nextEpoch(nextEpoch);
        asked.forEach(partition -> {
            Entry entry = partitions.get(partition.key());
            if (entry == null) partitions.put(partition.key(), new Entry(partition));
            else entry.asked = partition;
        });
        forgotten.forEach(partitions::remove);
        return Errors.NONE;
    }

    synchronized List<FetchPartition> asked() {
        List<FetchPartition> asked = new ArrayList<>(partitions.size());
        for (Entry entry : partitions.values()) asked.add(entry.asked);
        return asked;
    }

    synchronized int size() {
        return partitions.size();
    }

    /** Remembers what the reader is told; the answers that tell it something, or all. */
    synchronized List<FetchedPartition> answer(List<FetchedPartition> fetched, boolean all) {
        List<FetchedPartition> told = new ArrayList<>();
        for (FetchedPartition partition : fetched) {
            Entry entry = partitions.get(partition.key());
            if (entry == null) {
                // Forgotten by a request that overtook this one.
                partition.close();
                continue;
            }
            if (note(entry, partition) || all) told.add(partition);
            if (partition.size() > 0) {
                partitions.remove(partition.key());
                partitions.put(partition.key(), entry);
            }
        }
        return told;
    }

    private static boolean note(Entry entry, FetchedPartition partition) {
        Optional<View> view = partition.read().map(ReadResult::view);
        long highWatermark = view.map(View::highWatermark).orElse(-1L);
        long logStartOffset = view.map(View::logStartOffset).orElse(-1L);
        boolean news = partition.size() > 0
                || partition.isUrgent()
                || highWatermark != entry.highWatermark
                || logStartOffset != entry.logStartOffset;
        // After an error the next answer must come even when nothing else has changed.
        entry.highWatermark = partition.error() == Errors.NONE ? highWatermark : -1;
        entry.logStartOffset = logStartOffset;
        return news;
    }
}
