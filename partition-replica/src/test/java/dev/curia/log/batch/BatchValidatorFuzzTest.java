package dev.curia.log.batch;

import static dev.curia.log.batch.TestBatches.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.time.Clock;
import dev.curia.common.time.SystemClock;
import dev.curia.log.io.MemoryLogFile;
import dev.curia.log.segment.BatchReader;
import dev.curia.proto.common.v1.ErrorCode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.internals.ByteBufferOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Hostile bytes through everything that looks at batches: each gets an answer or {@link InvalidBatchException}, soon and in bounded memory,
 * and what is taken is a batch by Kafka's own judgement. {@code -Dfuzz.cases=5000000} for more cases, {@code -Dfuzz.seed=N} for one.
 */
class BatchValidatorFuzzTest {
    private static final int CASES = Integer.getInteger("fuzz.cases", 200_000);
    private static final boolean PATIENT = CASES >= 1_000_000;
    private static final Long ONLY = Long.getLong("fuzz.seed");
    private static final int SOUND_BATCHES = 400;
    private static final int HOUR_MS = 3_600_000;
    private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** What decompressors need, whatever they are given: a block of lz4 is up to 4 MiB. */
    private static final long BASE_BYTES = 24L << 20;
    /** Snappy blocks are held whole, a batch is read and rewritten a few times. */
    private static final long BYTES_PER_BYTE = 100;

    private final Clock clock = new SystemClock();
    private final BatchValidator validator = new BatchValidator();
    private final Recompressor recompressor = new Recompressor();
    private final BatchView view = new BatchView();

    private int taken;
    private int takenByFollower;
    private int recompressed;
    private int read;

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void mutatedBatchesGetAnAnswer() throws Exception {
        SplittableRandom soundRandom = new SplittableRandom(42);
        ByteBuffer[] sound = new ByteBuffer[SOUND_BATCHES];
        Arrays.setAll(
                sound,
                i -> i < SOUND_BATCHES / 2 ? TestBatches.random(soundRandom, 0) : TestBatches.random(soundRandom));
        Mutations mutations = new Mutations(sound);
        long slowest = 0;
        long largest = 0;
        for (long seed = ONLY == null ? 0 : ONLY; seed < (ONLY == null ? CASES : ONLY + 1); seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            ByteBuffer batches = mutations.next(random);
            long bytes = batches.remaining();
            long begun = clock.monotonicNanos();
            long allocated = Allocations.ofThisThread();
            try {
                everyEntryPoint(batches, random);
            } catch (Throwable t) {
                throw new AssertionError("fails with -Dfuzz.seed=" + seed, t);
            }
            allocated = Allocations.ofThisThread() - allocated;
            long nanos = clock.monotonicNanos() - begun;
            slowest = Math.max(slowest, nanos);
            largest = Math.max(largest, allocated);
            if (nanos > DEADLINE_NANOS || allocated > BASE_BYTES + BYTES_PER_BYTE * bytes) {
                throw new AssertionError(bytes + " bytes took " + nanos + " ns and " + allocated
                        + " bytes of memory with -Dfuzz.seed=" + seed);
            }
        }
        String told = CASES + " cases: " + taken + " taken by the leader, " + recompressed + " recompressed, "
                + takenByFollower + " by the follower, " + read + " read through; slowest " + slowest / 1_000_000
                + " ms, most memory " + largest / 1024 + " KiB";
        System.getLogger("fuzz").log(System.Logger.Level.INFO, told);
        // Else the mutations are too harsh to test what lies behind the first check.
        if (ONLY == null)
            assertThat(Math.min(Math.min(taken, recompressed), read)).as(told).isGreaterThan(CASES / 50);
    }

    private void everyEntryPoint(ByteBuffer batches, SplittableRandom random) throws IOException {
        walkFile(batches, random);
        follow(batches, random);
        lead(batches, random);
    }

    private void lead(ByteBuffer batches, SplittableRandom random) {
        Optional<Codec> codec = random.nextInt(6) == 0 ? Optional.of(Codec.of(random.nextInt(5))) : Optional.empty();
        BatchPolicy policy = new BatchPolicy(
                1 << 20,
                1 << 20,
                random.nextInt(4) == 0,
                random.nextBoolean() ? Long.MAX_VALUE : HOUR_MS,
                HOUR_MS,
                codec,
                random.nextInt(3) == 0);
        AppendOrigin origin = random.nextInt(3) == 0 ? AppendOrigin.COORDINATOR : AppendOrigin.CLIENT;
        BatchCheck check = validator.checkForLeader(batches, policy, origin, NOW);
        if (!check.ok()) {
            if (check.message().isEmpty()) throw new AssertionError("no message for " + check.error());
            return;
        }
        taken++;
        try {
            ByteBuffer stored = recompressor.convert(batches, policy, NOW);
            if (codec.isPresent()) recompressed++;
            agreeWithKafka(batches, stored, policy);
        } catch (InvalidBatchException e) {
            if (e.check().message().isEmpty()) throw new AssertionError("no message for " + e.error());
        }
    }

    /** What is stored satisfies Kafka's client, down to the records where they have been looked at. */
    private void agreeWithKafka(ByteBuffer sent, ByteBuffer stored, BatchPolicy policy) {
        BatchView before = new BatchView().at(sent, sent.position());
        for (int at = stored.position(); at < stored.limit(); at += view.sizeInBytes()) {
            view.at(stored, at);
            if (!view.crcMatches()) throw new AssertionError("checksum");
            boolean asked = policy.judgesRecords() || before.codec() != view.codec();
            boolean looked = view.codec() == 0 || (!view.isControl() && asked);
            before.at(sent, before.position() + before.sizeInBytes());
            if (!looked) continue;
            int count = 0;
            for (Record record : TestBatches.kafka(view.slice())) {
                if (record.offset() != view.baseOffset() + count++) throw new AssertionError("offset " + record);
            }
            if (count != view.recordCount()) throw new AssertionError(count + " records");
        }
    }

    private void follow(ByteBuffer batches, SplittableRandom random) {
        BatchCheck check = validator.checkForFollower(batches, 0, Integer.MAX_VALUE);
        if (!check.ok()) {
            if (check.message().isEmpty()) throw new AssertionError("no message for " + check.error());
            return;
        }
        takenByFollower++;
        long last = -1;
        for (int at = batches.position(); at < batches.limit(); at += view.sizeInBytes()) {
            view.at(batches, at);
            if (view.baseOffset() <= last) throw new AssertionError("offset " + view.baseOffset() + " after " + last);
            last = view.lastOffset();
            RecordDecoder.firstAtOrAfter(view.slice(), NOW, 0);
            if (view.isControl()) RecordDecoder.marker(view.slice());
            readAndRewrite(view, random);
        }
    }

    private void readAndRewrite(BatchView batch, SplittableRandom random) {
        // Compressors take longer to make than all the rest.
        boolean compress = batch.codec() <= Codec.HIGHEST_ID && random.nextInt(16) == 0;
        Codec codec = compress ? Codec.of(batch.codec()) : Codec.NONE;
        try (RecordReader records = new RecordReader();
                BatchWriter writer = new BatchWriter(batch, codec, Integer.MAX_VALUE)) {
            records.open(batch);
            while (records.next()) {
                records.key();
                if (records.hasValue() && records.index() % 2 == 0) records.value();
                if (records.index() % 3 > 0) writer.append(records);
                else records.headers();
            }
            ByteBuffer rewritten = writer.finish();
            for (Record record : TestBatches.kafka(rewritten)) record.ensureValid();
            read++;
        } catch (InvalidBatchException e) {
            if (e.check().message().isEmpty()) throw new AssertionError("no message for " + e.error());
        }
    }

    /** The file may be shorter than whoever reads it was told. */
    private static void walkFile(ByteBuffer batches, SplittableRandom random) throws IOException {
        int limit = batches.remaining() + (random.nextInt(3) == 0 ? random.nextInt(1 << 30) : 0);
        try (MemoryLogFile file = new MemoryLogFile(batches)) {
            BatchReader reader = new BatchReader(file, 0, limit, 128);
            long end = 0;
            while (reader.next(random.nextBoolean())) {
                if (reader.position() != end)
                    throw new AssertionError("a batch at " + reader.position() + ", not " + end);
                end += reader.batch().sizeInBytes();
            }
            if (reader.defect() == null && end != limit) {
                throw new AssertionError("stopped at " + end + " of " + limit + " without a word");
            }
        }
    }

    /** Codec and number of records; gzip and snappy take seconds to make and to read. */
    static int[][] bombs() {
        return PATIENT
                ? new int[][] {{1, 1}, {2, 1}, {3, 1}, {4, 1}, {1, 1024}, {2, 1024}, {3, 1024}, {4, 1024}}
                : new int[][] {{1, 1024}, {2, 1}, {3, 1}, {4, 1}, {3, 1024}, {4, 1024}};
    }

    /** A gibibyte of zeros, in one record or in many. */
    @ParameterizedTest
    @MethodSource("bombs")
    @Timeout(60)
    void aDecompressionBombIsNotHeld(int[] kind) throws Exception {
        int codec = kind[0];
        int records = kind[1];
        ByteBuffer bomb = bomb(codec, records);
        BatchPolicy large =
                new BatchPolicy(Integer.MAX_VALUE, Integer.MAX_VALUE, false, HOUR_MS, HOUR_MS, Optional.empty(), true);
        BatchPolicy uncompressed =
                new BatchPolicy(1 << 20, 1 << 20, false, Long.MAX_VALUE, HOUR_MS, Optional.of(Codec.NONE), false);
        long allocated = Allocations.ofThisThread();
        BatchCheck check = validator.checkForLeader(bomb, large, AppendOrigin.CLIENT, NOW);
        // Snappy packs so badly that such a batch is as large as others that people may send: it is streamed.
        assertThat(check.error())
                .as(check.message())
                .isEqualTo(codec == 2 ? ErrorCode.NONE : ErrorCode.MESSAGE_TOO_LARGE);
        assertThat(RecordDecoder.firstAtOrAfter(bomb, NOW + 1, 0)).isEmpty();
        assertThat(errorOf(() -> recompressor.convert(bomb, uncompressed, NOW))).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE);
        try (RecordReader reader = new RecordReader()) {
            reader.open(TestBatches.view(bomb));
            assertThat(reader.next()).isTrue();
            assertThat(errorOf(reader::value)).isEqualTo(records == 1 ? ErrorCode.MESSAGE_TOO_LARGE : ErrorCode.NONE);
        }
        assertThat(Allocations.ofThisThread() - allocated).isLessThan(64 << 20);
    }

    private static ErrorCode errorOf(Take take) {
        try {
            take.run();
            return ErrorCode.NONE;
        } catch (InvalidBatchException e) {
            return e.error();
        }
    }

    private interface Take {
        @org.jspecify.annotations.Nullable
        Object run() throws InvalidBatchException;
    }

    /** Those that take seconds to make are smaller, but still too large, where time is short. */
    private static ByteBuffer bomb(int codec, int records) throws IOException {
        boolean small = codec <= 2 && !PATIENT;
        int valueBytes = (small ? 320 << 20 : 1 << 30) / records;
        ByteBufferOutputStream target = new ByteBufferOutputStream(1 << 16);
        target.position(BatchView.HEADER_BYTES);
        Codec fast = codec == 1 ? Codec.gzip(1) : codec == 4 ? Codec.zstd(1) : Codec.of(codec);
        byte[] zeros = new byte[1 << 16];
        byte[] end = TestBatches.rawBytes(0);
        try (OutputStream compressor = fast.compress(target)) {
            for (int record = 0; record < records; record++) {
                byte[] begin = TestBatches.rawBytes(new byte[1], 0, record, 1, new byte[1], valueBytes);
                compressor.write(TestBatches.rawBytes(begin.length + valueBytes + end.length));
                compressor.write(begin);
                for (int i = 0; i < valueBytes; i += zeros.length) compressor.write(zeros);
                compressor.write(end);
            }
        }
        ByteBuffer batch = target.buffer().flip();
        BatchView model = TestBatches.view(TestBatches.of(0, "k", "v"));
        model.buffer().putInt(23, records - 1);
        TestBatches.view(batch).writeHeader(model, codec, NOW, NOW, records);
        return batch;
    }
}
