package dev.curia.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.log.batch.AppendOrigin;
import dev.curia.log.producer.ProducerDescription;
import dev.curia.proto.common.v1.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.jspecify.annotations.Nullable;

/**
 * What was written to a log with keys, by producers of all kinds, and the slow, obvious opinion on what a reader must find in it however often
 * it was compacted. Offsets below a truncation are forgotten.
 */
final class KeyedHistory {
    private static final int PRODUCERS = 3;
    private static final List<Compression> CODECS = List.of(
            Compression.NONE,
            Compression.NONE,
            Compression.lz4().build(),
            Compression.gzip().build());

    private final CompactionFixture log;
    private final SplittableRandom random;
    private final int keys;
    private final TreeMap<Long, Written> written = new TreeMap<>();
    private final Map<Long, Producer> producers = new HashMap<>();
    private int serial;
    private int transactions;

    /** Transactions are numbered; -1: outside of any. */
    record Written(long offset, String key, @Nullable String value, long producerId, int transaction) {
        String shown() {
            return offset + ":" + key + (value == null ? "" : "=" + value);
        }
    }

    private static final class Producer {
        final long id;
        final boolean transactional;
        short epoch;
        int sequence;
        int transaction;
        boolean open;
        // By number of transaction.
        final Set<Integer> aborted = new HashSet<>();
        final Set<Integer> committed = new HashSet<>();

        Producer(long id, boolean transactional) {
            this.id = id;
            this.transactional = transactional;
        }
    }

    KeyedHistory(CompactionFixture log, SplittableRandom random, int keys) {
        this.log = log;
        this.random = random;
        this.keys = keys;
        for (int id = 1; id <= PRODUCERS; id++) producers.put((long) id, new Producer(id, id > 1));
    }

    /** One append of a random kind. */
    void append() {
        Producer producer = random.nextInt(3) == 0 ? null : producers.get(random.nextLong(1, PRODUCERS + 1));
        if (producer == null) {
            write(null);
        } else if (producer.open && random.nextInt(3) == 0) {
            end(producer, random.nextBoolean());
        } else {
            if (!producer.open && random.nextInt(6) == 0) {
                producer.epoch++;
                producer.sequence = 0;
            }
            write(producer);
        }
    }

    void endTransactions() {
        for (Producer producer : producers.values()) if (producer.open) end(producer, random.nextBoolean());
    }

    private void write(@Nullable Producer producer) {
        int count = random.nextInt(1, 5);
        String[] texts = new String[count];
        for (int i = 0; i < count; i++) {
            String key = "k" + random.nextInt(keys);
            texts[i] = random.nextInt(4) == 0 ? key : key + "=" + serial++ + "x".repeat(random.nextInt(40));
        }
        Compression codec = CODECS.get(random.nextInt(CODECS.size()));
        MemoryRecords records;
        if (producer == null) {
            records = MemoryRecords.withRecords(codec, log.records(texts));
        } else if (producer.transactional) {
            records = MemoryRecords.withTransactionalRecords(
                    codec, producer.id, producer.epoch, producer.sequence, log.records(texts));
        } else {
            records = MemoryRecords.withIdempotentRecords(
                    codec, producer.id, producer.epoch, producer.sequence, log.records(texts));
        }
        long base = log.append(records.buffer(), AppendOrigin.CLIENT);
        int transaction = producer == null ? -1 : written(producer, count);
        for (int i = 0; i < count; i++) {
            int equals = texts[i].indexOf('=');
            written.put(
                    base + i,
                    new Written(
                            base + i,
                            equals < 0 ? texts[i] : texts[i].substring(0, equals),
                            equals < 0 ? null : texts[i].substring(equals + 1),
                            producer == null ? -1 : producer.id,
                            transaction));
        }
    }

    private int written(Producer producer, int count) {
        producer.sequence += count;
        if (!producer.transactional) return -1;
        if (!producer.open) producer.transaction = ++transactions;
        producer.open = true;
        return producer.transaction;
    }

    private Written original(long offset) {
        Written original = written.get(offset);
        if (original == null) throw new AssertionError("nothing was written at " + offset);
        return original;
    }

    private void end(Producer producer, boolean commit) {
        ControlRecordType type = commit ? ControlRecordType.COMMIT : ControlRecordType.ABORT;
        ByteBuffer marker = MemoryRecords.withEndTransactionMarker(
                        0, log.clock.wallMillis(), 0, producer.id, producer.epoch, new EndTransactionMarker(type, 0))
                .buffer();
        log.append(marker, AppendOrigin.COORDINATOR);
        producer.open = false;
        (commit ? producer.committed : producer.aborted).add(producer.transaction);
    }

    /** The log was cut there: transactions and sequences go on as the log says. */
    void truncated(long end) {
        written.tailMap(end, true).clear();
        for (Producer producer : producers.values()) {
            ProducerDescription known = log.log().producers().describe().stream()
                    .filter(p -> p.producerId() == producer.id)
                    .findFirst()
                    .orElse(null);
            producer.open = known != null && known.currentTxnFirstOffset() >= 0;
            producer.epoch = known == null ? 0 : known.producerEpoch();
            producer.sequence = known == null || known.lastSequence() < 0 ? 0 : known.lastSequence() + 1;
            if (known == null || !producer.open) continue;
            // Its marker was cut.
            producer.transaction = written.ceilingEntry(known.currentTxnFirstOffset())
                    .getValue()
                    .transaction();
            producer.aborted.remove(producer.transaction);
            producer.committed.remove(producer.transaction);
        }
    }

    private boolean isAborted(Written record) {
        Producer producer = producers.get(record.producerId());
        return producer != null && producer.aborted.contains(record.transaction());
    }

    /** The value of each key that has one, by what was committed before {@code end}. */
    Map<String, String> newest(long end) {
        Map<String, String> values = new HashMap<>();
        for (Written record : written.headMap(end).values()) {
            if (isAborted(record)) continue;
            if (record.value() == null) values.remove(record.key());
            else values.put(record.key(), record.value());
        }
        return values;
    }

    /** What a reader of committed records finds up to {@code end}, which is stable. */
    List<Written> readCommitted(long end) throws IOException {
        List<Written> found = new ArrayList<>();
        long offset = log.log().logStartOffset();
        while (offset < end) {
            LogRead read = log.log().readCommitted(offset, 1000, true, end);
            try (LogSlice slice = read.slice()) {
                if (read.error() != ErrorCode.NONE || slice.size() == 0) {
                    throw new AssertionError("nothing at " + offset + " before " + end + ": " + read.error());
                }
                offset = readAsAClient(MemoryRecords.readableRecords(slice.toBuffer()), read, offset, found);
            }
        }
        return found;
    }

    /** As Kafka's consumer does: from the first record of an aborted transaction on its producer's are left out, up to its marker. */
    private long readAsAClient(MemoryRecords records, LogRead read, long from, List<Written> found) {
        PriorityQueue<dev.curia.log.producer.AbortedTxn> aborted =
                new PriorityQueue<>((a, b) -> Long.compare(a.firstOffset(), b.firstOffset()));
        aborted.addAll(read.aborted());
        Set<Long> aborting = new HashSet<>();
        long next = from;
        for (RecordBatch batch : records.batches()) {
            batch.ensureValid();
            while (!aborted.isEmpty() && aborted.peek().firstOffset() <= batch.lastOffset()) {
                aborting.add(aborted.remove().producerId());
            }
            if (batch.isControlBatch()) {
                for (Record record : batch) {
                    if (ControlRecordType.parse(record.key()) == ControlRecordType.ABORT) {
                        aborting.remove(batch.producerId());
                    }
                }
            } else if (!(batch.isTransactional() && aborting.contains(batch.producerId()))) {
                for (Record record : batch) {
                    if (record.offset() < from) continue;
                    found.add(new Written(
                            record.offset(),
                            CompactionFixture.text(record.key()),
                            record.hasValue() ? CompactionFixture.text(record.value()) : null,
                            batch.producerId(),
                            -1));
                }
            }
            next = batch.nextOffset();
        }
        return next;
    }

    /** I25, I26, I27 for readers of committed records, and that nothing aborted shows. */
    void check(long highWatermark) throws IOException {
        long end = log.log().lastStableOffset(highWatermark);
        Map<String, String> found = new HashMap<>();
        long last = -1;
        for (Written record : readCommitted(end)) {
            assertThat(record.offset()).as("order").isGreaterThan(last);
            last = record.offset();
            Written original = original(record.offset());
            assertThat(record.shown()).isEqualTo(original.shown());
            assertThat(isAborted(original)).as("%s was aborted", original).isFalse();
            if (record.value() == null) found.remove(record.key());
            else found.put(record.key(), record.value());
        }
        assertThat(found).as("newest values before " + end).isEqualTo(newest(end));
    }

    /** What must have gone below {@code cleanedTo}: all but the newest of each key, all of aborted transactions. */
    void checkClean(long cleanedTo) throws IOException {
        Map<String, Long> newestOffset = new HashMap<>();
        for (Written record : written.headMap(cleanedTo).values()) {
            if (!isAborted(record)) newestOffset.put(record.key(), record.offset());
        }
        for (RecordBatch batch : log.batches()) {
            if (batch.isControlBatch()) continue;
            for (Record record : batch) {
                if (record.offset() >= cleanedTo) continue;
                Written original = original(record.offset());
                assertThat(isAborted(original)).as("%s was aborted", original).isFalse();
                assertThat(newestOffset.get(original.key()))
                        .as("newest of %s", original)
                        .isEqualTo(record.offset());
            }
        }
    }

    /** Tombstones that are the newest of their key, below {@code end}. */
    Set<Long> tombstones(long end) {
        Map<String, Written> newest = new HashMap<>();
        for (Written record : written.headMap(end).values()) if (!isAborted(record)) newest.put(record.key(), record);
        Set<Long> offsets = new HashSet<>();
        for (Written record : newest.values()) if (record.value() == null) offsets.add(record.offset());
        return offsets;
    }

    /** The offsets of all records in the log. */
    Set<Long> present() throws IOException {
        Set<Long> offsets = new HashSet<>();
        for (RecordBatch batch : log.batches()) for (Record record : batch) offsets.add(record.offset());
        return offsets;
    }

    /** Epoch, last sequence and open transaction of each producer that the log knows. */
    static Map<Long, String> known(PartitionLog log) {
        Map<Long, String> known = new HashMap<>();
        for (ProducerDescription p : log.producers().describe()) {
            known.put(p.producerId(), p.producerEpoch() + "/" + p.lastSequence() + "/" + p.currentTxnFirstOffset());
        }
        return known;
    }
}
