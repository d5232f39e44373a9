package dev.curia.log.batch;

import static dev.curia.log.batch.TestBatches.NOW;
import static dev.curia.log.batch.TestBatches.raw;
import static dev.curia.log.batch.TestBatches.rawBytes;
import static dev.curia.log.batch.TestBatches.rawRecord;
import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.proto.common.v1.ErrorCode;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each rule, with a batch that breaks it and nothing else. */
class BatchValidatorTest {
    private static final int HOUR_MS = 3_600_000;
    private static final byte[] ATTRIBUTES = {0};
    private static final byte[] KEY = {1, 2, 3};

    private final BatchValidator validator = new BatchValidator();

    @Test
    void whatKafkasClientBuildsIsTakenUnchanged() {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 500; i++) {
            ByteBuffer batch = TestBatches.random(random, i % 5);
            ByteBuffer before = TestBatches.copy(batch);
            assertThat(check(batch, plain())).isEqualTo(BatchCheck.OK);
            assertThat(batch).isEqualTo(before);
        }
    }

    @Test
    void aFutureFormatVersionIsRefused() {
        ByteBuffer batch = TestBatches.of(0, "k", "v");
        batch.put(16, (byte) 1);
        assertRefused(check(batch, plain()), ErrorCode.INVALID_RECORD, "format version 1");
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 48, 1000, Integer.MAX_VALUE})
    void aLengthOutsideTheBytesIsCorrupt(int length) {
        ByteBuffer batch = TestBatches.of(0, "k", "v");
        batch.putInt(8, length);
        assertRefused(check(batch, plain()), ErrorCode.CORRUPT_MESSAGE, "claims");
    }

    @Test
    void aFlippedBitIsCorrupt() {
        ByteBuffer batch = TestBatches.of(0, "k", "v");
        batch.put(68, (byte) (batch.get(68) ^ 4));
        assertRefused(check(batch, plain()), ErrorCode.CORRUPT_MESSAGE, "checksum");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 1, 3, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void aRecordCountOtherThanTheOffsetsIsRefused(int count) {
        ByteBuffer batch = TestBatches.of(0, "k", "v", "l", "w");
        batch.putInt(57, count);
        TestBatches.repairChecksum(batch);
        assertRefused(check(batch, plain()), ErrorCode.INVALID_RECORD, "claims " + count + " records");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void aRecordCountOtherThanTheRecordsIsRefused(int count) {
        ByteBuffer batch = TestBatches.of(0, "k", "v", "l", "w");
        batch.putInt(57, count);
        batch.putInt(23, count - 1);
        TestBatches.repairChecksum(batch);
        assertRefused(check(batch, plain()), ErrorCode.INVALID_RECORD, count == 1 ? "left behind" : "end too early");
    }

    @Test
    void anUnknownCodecIsUnsupported() {
        ByteBuffer batch = TestBatches.of(0, "k", "v");
        batch.putShort(21, (short) 5);
        TestBatches.repairChecksum(batch);
        assertRefused(check(batch, plain()), ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, "codec 5");
    }

    @Test
    void onlyTheBrokerMarksLogAppendTime() {
        ByteBuffer batch = TestBatches.of(0, "k", "v");
        TestBatches.view(batch).setLogAppendTime(NOW);
        assertRefused(check(batch, plain()), ErrorCode.INVALID_TIMESTAMP, "LogAppendTime");
        assertRefused(check(batch, policy(true, Long.MAX_VALUE, false)), ErrorCode.INVALID_TIMESTAMP, "LogAppendTime");
    }

    @Test
    void onlyCoordinatorsWriteControlBatches() {
        ByteBuffer marker = TestBatches.marker(new SplittableRandom(1));
        assertRefused(check(marker, plain()), ErrorCode.INVALID_RECORD, "control");
        assertThat(validator.checkForLeader(marker, policy(false, 0, true), AppendOrigin.COORDINATOR, NOW + 99_999_999))
                .isEqualTo(BatchCheck.OK);
    }

    @Test
    void onlyBrokersSetTheDeleteHorizon() {
        ByteBuffer batch = TestBatches.of(0, "k", "v");
        batch.putShort(21, (short) 0x40);
        TestBatches.repairChecksum(batch);
        assertRefused(check(batch, plain()), ErrorCode.INVALID_RECORD, "delete horizon");
    }

    @Test
    void producersHaveAnIdAnEpochAndASequence() {
        assertRefused(check(idempotent(43, -2L), plain()), ErrorCode.INVALID_RECORD, "producer -2");
        assertRefused(check(idempotent(51, (short) -1), plain()), ErrorCode.INVALID_RECORD, "epoch -1");
        assertRefused(check(idempotent(53, -1), plain()), ErrorCode.INVALID_RECORD, "sequence");
        ByteBuffer transactional = TestBatches.of(0, "k", "v");
        transactional.putShort(21, (short) 0x10);
        TestBatches.repairChecksum(transactional);
        assertRefused(check(transactional, plain()), ErrorCode.INVALID_RECORD, "transactional");
    }

    @Test
    void aProducersBatchComesAlone() {
        ByteBuffer one = idempotent(53, 0);
        ByteBuffer plain = TestBatches.of(0, "k", "v");
        for (ByteBuffer both : new ByteBuffer[] {join(one, one), join(plain, one), join(one, plain)}) {
            assertRefused(check(both, plain()), ErrorCode.INVALID_RECORD, "one batch");
        }
        assertThat(check(join(plain, plain), plain())).isEqualTo(BatchCheck.OK);
    }

    @Test
    void sizesAreBounded() {
        ByteBuffer batch = TestBatches.of(0, "k", "v".repeat(100));
        BatchPolicy small = new BatchPolicy(160, 1 << 20, false, Long.MAX_VALUE, HOUR_MS, Optional.empty(), false);
        assertRefused(check(batch, small), ErrorCode.MESSAGE_TOO_LARGE, "max.message.bytes=160");
        BatchPolicy tiny = new BatchPolicy(160, 150, false, Long.MAX_VALUE, HOUR_MS, Optional.empty(), false);
        assertRefused(check(batch, tiny), ErrorCode.RECORD_LIST_TOO_LARGE, "segment.bytes=150");
        BatchPolicy exact = new BatchPolicy(batch.limit(), batch.limit(), false, 0, HOUR_MS, Optional.empty(), false);
        assertThat(check(batch, exact)).isEqualTo(BatchCheck.OK);
    }

    @Test
    void nothingIsNoAppend() {
        assertRefused(check(ByteBuffer.allocate(0), plain()), ErrorCode.INVALID_RECORD, "no batch");
    }

    /** Each with what is wrong about its second record. */
    static Object[][] wrongRecords() {
        byte[] big = new byte[] {(byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 1};
        return new Object[][] {
            {rawBytes(-1), "claims -1 bytes"},
            {rawBytes(5, new byte[5]), "claims 5 bytes"},
            {rawBytes(1 << 30, ATTRIBUTES, 0, 1, 99, KEY), "claims 1073741824 bytes"},
            {rawBytes(big), "more than the 5 bytes"},
            {rawRecord(ATTRIBUTES, 0, 0, -1, -1, 0), "offset is 0"},
            {rawRecord(ATTRIBUTES, 0, 2, -1, -1, 0), "offset is 2"},
            {rawRecord(ATTRIBUTES, 0, -1, -1, -1, 0), "offset is -1"},
            {rawRecord(ATTRIBUTES, 0, 1, -2, -1, 0), "key claims -2"},
            {rawRecord(ATTRIBUTES, 0, 1, 4, KEY, -1, 0), "wrong"},
            {rawRecord(ATTRIBUTES, 0, 1, 99, KEY, -1, 0), "key claims 99"},
            {rawRecord(ATTRIBUTES, 0, 1, 3, KEY, -2, 0), "value claims -2"},
            {rawRecord(ATTRIBUTES, 0, 1, -1, 9, KEY, 0), "value claims 9"},
            {rawRecord(ATTRIBUTES, 0, 1, -1, 3, KEY, -1), "-1 headers"},
            {rawRecord(ATTRIBUTES, 0, 1, -1, 3, KEY, 1 << 30), "1073741824 headers"},
            {rawRecord(ATTRIBUTES, 0, 1, -1, 3, KEY, 1, -1, 0), "header name claims -1"},
            {rawRecord(ATTRIBUTES, 0, 1, -1, 3, KEY, 1, 7, KEY, 0), "header name claims 7"},
            {rawRecord(ATTRIBUTES, 0, 1, -1, 3, KEY, 1, 3, KEY, -2), "header value claims -2"},
            {rawRecord(ATTRIBUTES, 0, 1, -1, 3, KEY, 1, 3, KEY, 6), "header value claims 6"},
            {rawRecord(ATTRIBUTES, 0, 1, -1, 3, KEY, 0, KEY), "3 bytes before"},
            {rawRecord(ATTRIBUTES, 0, 1, -1, 3, KEY, 1, 3, KEY, -1, KEY), "3 bytes before"},
        };
    }

    @ParameterizedTest
    @MethodSource("wrongRecords")
    void aRecordThatIsNoneIsRefused(byte[] second, String message) {
        byte[] first = rawRecord(ATTRIBUTES, 0, 0, 3, KEY, -1, 1, 3, KEY, 0);
        for (int codec = 0; codec <= 4; codec++) {
            BatchPolicy policy = codec == 0 ? plain() : policy(false, HOUR_MS, false);
            ByteBuffer batch = raw(codec, first, second);
            // What is decompressed is followed to where it ends.
            boolean followed = codec > 0 && message.equals("claims 1073741824 bytes");
            assertRefused(check(batch, policy), ErrorCode.INVALID_RECORD, followed ? "end too early" : message);
        }
    }

    @Test
    void aCompressedBatchIsDecompressedOnlyWhereASettingAsks() {
        ByteBuffer batch = TestBatches.of(1, "k", "v");
        batch.put(80, (byte) (batch.get(80) ^ 0x55));
        TestBatches.repairChecksum(batch);
        assertThat(check(batch, plain())).isEqualTo(BatchCheck.OK);
        assertRefused(check(batch, policy(false, Long.MAX_VALUE, true)), ErrorCode.INVALID_RECORD, "");
        assertRefused(check(batch, policy(false, HOUR_MS, false)), ErrorCode.INVALID_RECORD, "");
        assertThat(check(batch, policy(true, HOUR_MS, false))).isEqualTo(BatchCheck.OK);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void aCompactedTopicWantsKeys(int codec) {
        BatchPolicy keyed = policy(false, Long.MAX_VALUE, true);
        assertThat(check(TestBatches.of(codec, "k", "v", "", "w"), keyed)).isEqualTo(BatchCheck.OK);
        assertRefused(
                check(TestBatches.of(codec, "k", "v", null, "w"), keyed),
                ErrorCode.INVALID_RECORD,
                "Record 1 of the batch has no key");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void eachRecordsTimeIsBounded(int codec) {
        BatchPolicy bounded = policy(false, HOUR_MS, false);
        assertThat(check(times(codec, NOW - HOUR_MS, NOW + HOUR_MS, -1), bounded))
                .isEqualTo(BatchCheck.OK);
        assertRefused(
                check(times(codec, NOW, NOW - HOUR_MS - 1, NOW), bounded),
                ErrorCode.INVALID_TIMESTAMP,
                "Record 1 of the batch has the timestamp " + (NOW - HOUR_MS - 1)
                        + ", more than message.timestamp.before");
        assertRefused(
                check(times(codec, NOW, NOW, NOW + HOUR_MS + 1), bounded),
                ErrorCode.INVALID_TIMESTAMP,
                "Record 2 of the batch has the timestamp " + (NOW + HOUR_MS + 1)
                        + ", more than message.timestamp.after");
        BatchPolicy stamped = policy(true, HOUR_MS, false);
        assertThat(check(times(codec, 5, NOW * 2), stamped)).isEqualTo(BatchCheck.OK);
    }

    @Test
    void aCompressedBatchsTimeIsThatOfItsHeader() {
        assertRefused(
                check(times(1, NOW, NOW + HOUR_MS + 1), plain()), ErrorCode.INVALID_TIMESTAMP, "newest timestamp");
        assertThat(check(times(1, 5, NOW), plain())).isEqualTo(BatchCheck.OK);
    }

    @Test
    void aNegativeTimeIsRefused() {
        ByteBuffer batch = raw(0, rawRecord(ATTRIBUTES, -NOW - 2, 0, -1, -1, 0));
        assertRefused(check(batch, plain()), ErrorCode.INVALID_TIMESTAMP, "-2");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, NOW - 5, NOW + 2000, Long.MAX_VALUE})
    void aHeaderThatTellsAnotherNewestTimeThanTheRecordsIsCorrected(long claimed) {
        for (int codec : new int[] {0, 4}) {
            ByteBuffer batch = times(codec, NOW - 7, NOW + 3, NOW);
            batch.putLong(35, claimed);
            TestBatches.repairChecksum(batch);
            assertThat(check(batch, policy(false, HOUR_MS, false))).isEqualTo(BatchCheck.OK);
            assertThat(TestBatches.view(batch).maxTimestamp()).isEqualTo(NOW + 3);
            assertThat(TestBatches.view(batch).crcMatches()).isTrue();
        }
    }

    /** The walk over uncompressed records costs no garbage. */
    @Test
    void checkingAnUncompressedBatchAllocatesNothing() {
        SimpleRecord[] records = IntStream.range(0, 1000)
                .mapToObj(i -> new SimpleRecord(NOW, new byte[8], new byte[100]))
                .toArray(SimpleRecord[]::new);
        ByteBuffer batch = TestBatches.of(0, records);
        BatchPolicy policy = policy(false, HOUR_MS, true);
        for (int i = 0; i < 100; i++) check(batch, policy);
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 10; i++) {
            long before = Allocations.ofThisThread();
            check(batch, policy);
            least = Math.min(least, Allocations.ofThisThread() - before);
        }
        assertThat(least).isLessThan(200);
    }

    private static BatchPolicy plain() {
        return policy(false, Long.MAX_VALUE, false);
    }

    private static BatchPolicy policy(boolean logAppendTime, long beforeMaxMs, boolean keysRequired) {
        return new BatchPolicy(1 << 20, 1 << 20, logAppendTime, beforeMaxMs, HOUR_MS, Optional.empty(), keysRequired);
    }

    private BatchCheck check(ByteBuffer batches, BatchPolicy policy) {
        return validator.checkForLeader(batches, policy, AppendOrigin.CLIENT, NOW);
    }

    private static ByteBuffer times(int codec, long... times) {
        SimpleRecord[] records = new SimpleRecord[times.length];
        for (int i = 0; i < times.length; i++) records[i] = new SimpleRecord(times[i], new byte[3], new byte[3]);
        return TestBatches.of(codec, records);
    }

    private static ByteBuffer idempotent(int field, Object value) {
        SimpleRecord record = new SimpleRecord(NOW, new byte[3]);
        ByteBuffer batch =
                TestBatches.copy(MemoryRecords.withIdempotentRecords(Compression.NONE, 5, (short) 0, 0, record)
                        .buffer());
        if (value instanceof Long number) batch.putLong(field, number);
        else if (value instanceof Integer number) batch.putInt(field, number);
        else batch.putShort(field, (Short) value);
        TestBatches.repairChecksum(batch);
        return batch;
    }

    private static ByteBuffer join(ByteBuffer first, ByteBuffer second) {
        return ByteBuffer.allocate(first.limit() + second.limit())
                .put(first.duplicate())
                .put(second.duplicate())
                .flip();
    }

    private static void assertRefused(BatchCheck check, ErrorCode error, String message) {
        assertThat(check.error()).as(check.message()).isEqualTo(error);
        assertThat(check.message()).contains(message);
    }
}
