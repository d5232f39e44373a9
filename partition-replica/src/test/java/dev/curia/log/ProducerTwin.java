package dev.curia.log;

import dev.curia.log.producer.AbortedTxn;
import dev.curia.log.producer.ProducerDescription;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;

/** What producers and transactions are, worked out slowly from all batches that a log ever took and has not been cut from it. */
final class ProducerTwin {
    /** @param sequence -1: none */
    record Batch(
            long base,
            int count,
            long producer,
            short epoch,
            int sequence,
            boolean transactional,
            Optional<EndTransactionMarker> marker,
            long time) {
        long last() {
            return base + count - 1;
        }

        int lastSequence() {
            return sequence < 0 ? -1 : (int) ((sequence + (long) count - 1) & Integer.MAX_VALUE);
        }

        static Batch of(RecordBatch batch) {
            Optional<EndTransactionMarker> marker = Optional.empty();
            if (batch.isControlBatch()) {
                Record first = batch.iterator().next();
                marker = Optional.of(EndTransactionMarker.deserialize(first));
            }
            return new Batch(
                    batch.baseOffset(),
                    (int) (batch.lastOffset() - batch.baseOffset() + 1),
                    batch.producerId(),
                    batch.producerEpoch(),
                    batch.baseSequence(),
                    batch.isTransactional(),
                    marker,
                    batch.maxTimestamp());
        }
    }

    private record Ended(long first, long marker) {}

    private static final class Producer {
        short epoch = -1;
        int lastSequence = -1;
        long time = -1;
        int coordinatorEpoch = -1;
        long txnFirst = -1;
    }

    final List<Batch> batches = new ArrayList<>();

    void add(Batch batch) {
        batches.add(batch);
    }

    void truncateTo(long offset) {
        batches.removeIf(batch -> batch.last() >= offset);
    }

    /** The last five batches of the producer's present epoch. */
    List<Batch> lastFive(long producer) {
        List<Batch> all = new ArrayList<>();
        short epoch = -1;
        for (Batch batch : batches) {
            if (batch.producer != producer) continue;
            if (batch.epoch != epoch) all.clear();
            epoch = batch.epoch;
            if (batch.marker.isEmpty()) all.add(batch);
        }
        return all.subList(Math.max(0, all.size() - 5), all.size());
    }

    Map<Long, ProducerDescription> producers() {
        Map<Long, ProducerDescription> described = new HashMap<>();
        replay(new ArrayList<>(), new ArrayList<>())
                .forEach((id, p) -> described.put(
                        id,
                        new ProducerDescription(id, p.epoch, p.lastSequence, p.time, p.coordinatorEpoch, p.txnFirst)));
        return described;
    }

    List<AbortedTxn> aborted() {
        List<AbortedTxn> aborted = new ArrayList<>();
        replay(aborted, new ArrayList<>());
        return aborted;
    }

    long lastStableOffset(long logStart, long highWatermark) {
        List<Ended> ended = new ArrayList<>();
        long first = highWatermark;
        for (Producer p : replay(new ArrayList<>(), ended).values())
            if (p.txnFirst >= 0) first = Math.min(first, p.txnFirst);
        for (Ended each : ended) if (each.marker >= highWatermark) first = Math.min(first, each.first);
        return Math.max(logStart, first);
    }

    private Map<Long, Producer> replay(List<AbortedTxn> aborted, List<Ended> ended) {
        Map<Long, Producer> producers = new HashMap<>();
        for (Batch batch : batches) {
            if (batch.producer < 0) continue;
            Producer p = producers.computeIfAbsent(batch.producer, id -> new Producer());
            if (batch.epoch != p.epoch) p.lastSequence = -1;
            p.epoch = batch.epoch;
            p.time = batch.time;
            if (batch.marker.isEmpty()) {
                p.lastSequence = batch.lastSequence();
                if (batch.transactional && p.txnFirst < 0) p.txnFirst = batch.base;
                continue;
            }
            p.coordinatorEpoch = batch.marker.get().coordinatorEpoch();
            long first = p.txnFirst;
            p.txnFirst = -1;
            if (first < 0) continue;
            ended.add(new Ended(first, batch.base));
            if (batch.marker.get().controlType() != ControlRecordType.ABORT) continue;
            long stable = producers.values().stream()
                    .filter(other -> other.txnFirst >= 0)
                    .mapToLong(other -> other.txnFirst)
                    .min()
                    .orElse(batch.base + 1);
            aborted.add(new AbortedTxn(batch.producer, first, batch.base, stable));
        }
        return producers;
    }
}
