package dev.curia.log.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Check;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

/** Hostile bytes get an answer: no exception, no hang, and what is accepted is a batch by Kafka's own judgement. */
class BatchValidatorFuzzTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final BatchPolicy PLAIN =
            new BatchPolicy(1 << 20, 1 << 20, false, Long.MAX_VALUE, 3_600_000, BatchPolicy.PRODUCER, false);
    private static final BatchPolicy KEYED =
            new BatchPolicy(1 << 20, 1 << 20, false, Long.MAX_VALUE, 3_600_000, BatchPolicy.PRODUCER, true);

    private final BatchValidator validator = new BatchValidator();

    @Test
    void damagedBytesAreRefused() {
        Check.forAll(20_000, SplittableRandom::nextLong, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            ByteBuffer batch = mutate(valid(random), random);
            BatchCheck leader = validator.checkForLeader(batch, PLAIN, AppendOrigin.CLIENT, NOW);
            validator.checkForFollower(batch, 0, Integer.MAX_VALUE);
            if (leader.ok()) {
                MemoryRecords.readableRecords(batch).batches().forEach(b -> b.ensureValid());
            } else {
                assertThat(leader.message()).isNotEmpty();
            }
        });
    }

    /** The checksum is right, so everything else must hold by itself. */
    @Test
    void hostileHeadersWithARightChecksumGetAnAnswer() {
        Check.forAll(20_000, SplittableRandom::nextLong, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            ByteBuffer batch = mutate(valid(random), random);
            repairChecksum(batch);
            BatchCheck leader = validator.checkForLeader(batch, KEYED, AppendOrigin.CLIENT, NOW);
            if (!leader.ok()) assertThat(leader.message()).isNotEmpty();
            if (validator.checkForFollower(batch, 0, Integer.MAX_VALUE).ok()) {
                BatchView view = new BatchView();
                long last = -1;
                for (int at = 0; at < batch.limit(); at += view.sizeInBytes()) {
                    view.at(batch, at);
                    assertThat(view.baseOffset()).isGreaterThan(last);
                    last = view.lastOffset();
                    RecordDecoder.firstAtOrAfter(view.slice(), NOW, 0);
                    RecordDecoder.marker(view.slice());
                    if (view.codec() <= 4) RecordDecoder.recompress(view.slice(), 0);
                }
            }
        });
    }

    @Test
    void whatKafkasClientBuildsIsAccepted() {
        Check.forAll(500, SplittableRandom::nextLong, seed -> {
            ByteBuffer batch = valid(new SplittableRandom(seed));
            assertThat(validator.checkForLeader(batch, PLAIN, AppendOrigin.CLIENT, NOW))
                    .isEqualTo(BatchCheck.OK);
        });
    }

    private static ByteBuffer valid(SplittableRandom random) {
        SimpleRecord[] records = new SimpleRecord[random.nextInt(1, 5)];
        for (int i = 0; i < records.length; i++) {
            byte[] value = new byte[random.nextInt(60)];
            records[i] = new SimpleRecord(NOW - random.nextInt(1000), random.nextBoolean() ? value : null, value);
        }
        Compression codec =
                random.nextBoolean() ? Compression.NONE : Compression.gzip().build();
        ByteBuffer built = random.nextBoolean()
                ? MemoryRecords.withRecords(codec, records).buffer()
                : MemoryRecords.withIdempotentRecords(codec, 5, (short) 0, 0, records)
                        .buffer();
        return ByteBuffer.allocate(built.remaining()).put(built).flip();
    }

    private static ByteBuffer mutate(ByteBuffer batch, SplittableRandom random) {
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            switch (random.nextInt(4)) {
                case 0 -> batch.put(random.nextInt(batch.limit()), (byte) random.nextInt());
                case 1 -> {
                    int[] fields = {8, 12, 23, 53, 57};
                    int field = fields[random.nextInt(fields.length)];
                    int[] values = {0, -1, 1, Integer.MAX_VALUE, Integer.MIN_VALUE, random.nextInt()};
                    if (batch.limit() >= 61) batch.putInt(field, values[random.nextInt(values.length)]);
                }
                case 2 -> batch.limit(random.nextInt(1, batch.limit() + 1));
                default -> {
                    if (batch.limit() >= 61)
                        batch.putLong(new int[] {0, 27, 35, 43}[random.nextInt(4)], random.nextLong());
                }
            }
        }
        return batch;
    }

    private static void repairChecksum(ByteBuffer batch) {
        if (batch.limit() < BatchView.HEADER_BYTES) return;
        int size = batch.getInt(8) + BatchView.LOG_OVERHEAD;
        if (size < BatchView.HEADER_BYTES || size > batch.limit()) return;
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(batch.slice(21, size - 21));
        batch.putInt(17, (int) crc.getValue());
    }
}
