package dev.curia.log;

import static dev.curia.log.LogFixture.batch;
import static dev.curia.log.LogFixture.batchAt;
import static dev.curia.log.LogFixture.config;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.log.batch.AppendOrigin;
import dev.curia.log.epoch.EpochHistory.EpochEnd;
import dev.curia.log.io.NioFileSystem;
import dev.curia.proto.common.v1.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartitionLogTest {
    @TempDir
    Path path;

    private LogFixture fixture;

    @BeforeEach
    void open() throws IOException {
        fixture = new LogFixture(path);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void whatIsAppendedIsRead() throws IOException {
        assertThat(fixture.append(batch("a", "b"))).matches(AppendInfo::ok).matches(i -> i.lastOffset() == 1);
        assertThat(fixture.append(batch("c"), 3).firstOffset()).isEqualTo(2);

        assertThat(fixture.records()).containsExactly("0=a", "1=b", "2=c");
        assertThat(fixture.log.logEndOffset()).isEqualTo(3);
        assertThat(fixture.log.lastEpoch()).hasValue(3);
        assertThat(fixture.failures).isEmpty();
    }

    @Test
    void aReadReturnsWholeBatchesBelowItsBounds() throws IOException {
        int size = batch("a").remaining();
        for (String value : new String[] {"a", "b", "c"}) fixture.append(batch(value));

        assertThat(sizeOf(0, 2 * size, true, 99)).isEqualTo(2 * size);
        assertThat(sizeOf(0, 2 * size - 1, true, 99)).isEqualTo(size);
        assertThat(sizeOf(1, 1, true, 99)).isEqualTo(size);
        assertThat(sizeOf(1, 1, false, 99)).isZero();
        assertThat(sizeOf(0, 9999, true, 2)).isEqualTo(2 * size);
        assertThat(sizeOf(2, 9999, true, 2)).isZero();
        assertThat(sizeOf(3, 9999, true, 99)).isZero();
        assertThat(fixture.log.read(4, 9999, true, 99).error()).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
        assertThat(fixture.log.read(-1, 9999, true, 99).error()).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
    }

    @Test
    void aSliceOutlivesTheDeletionOfItsSegment() throws IOException {
        fixture.append(batch("a"));
        try (LogSlice slice = fixture.log.read(0, 999, true, 99).slice()) {
            fixture.log.truncateFullyAndStartAt(10);
            assertThat(slice.toBuffer().remaining()).isEqualTo(batch("a").remaining());
        }
        assertThat(fixture.log.logStartOffset()).isEqualTo(10);
        assertThat(fixture.append(batch("k")).firstOffset()).isEqualTo(10);
    }

    @Test
    void aFollowerTakesBatchesAsTheyAre(@TempDir Path other) throws IOException {
        fixture.append(batch("a", "b"), 1);
        fixture.append(batch("c"), 2);
        ByteBuffer replicated;
        try (LogSlice slice = fixture.log.read(0, 9999, true, 99).slice()) {
            replicated = slice.toBuffer();
        }
        try (LogFixture follower = new LogFixture(other)) {
            assertThat(follower.log.appendAsFollower(replicated, 1, 0).error())
                    .isEqualTo(ErrorCode.UNKNOWN_LEADER_EPOCH);
            assertThat(follower.log.appendAsFollower(replicated, 2, 0).lastOffset())
                    .isEqualTo(2);
            assertThat(follower.log.appendAsFollower(replicated, 2, 0).error())
                    .isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
            assertThat(follower.records()).isEqualTo(fixture.records());
            assertThat(follower.log.endOffsetForEpoch(1)).isEqualTo(new EpochEnd(1, 2));
            assertThat(follower.log.endOffsetForEpoch(2)).isEqualTo(new EpochEnd(2, 3));
        }
    }

    @Test
    void truncationCutsRecordsEpochsAndSegments() throws IOException {
        fixture.append(batch("a", "b"), 1);
        fixture.log.roll();
        fixture.append(batch("c"), 2);
        fixture.append(batch("d"), 3);

        fixture.log.truncateTo(3);
        assertThat(fixture.records()).containsExactly("0=a", "1=b", "2=c");
        assertThat(fixture.log.lastEpoch()).hasValue(2);

        fixture.log.truncateTo(1);
        assertThat(fixture.log.logEndOffset())
                .as("the batch that holds offset 1 goes")
                .isZero();
        assertThat(fixture.append(batch("z"), 4).firstOffset()).isZero();
        fixture.restart();
        assertThat(fixture.records()).containsExactly("0=z");
        assertThat(fixture.log.lastEpoch()).hasValue(4);
    }

    @Test
    void recordsAreFoundByTime() {
        fixture.append(batchAt(1000, "a", "b"));
        fixture.append(batchAt(3000, "c"), 1);
        fixture.log.roll();
        fixture.append(batchAt(2000, "d"), 1);
        fixture.append(batchAt(4000, "e", "f"), 2);

        assertThat(fixture.log.offsetForTimestamp(0, 99)).hasValue(new TimestampOffset(0, 1000, 0));
        assertThat(fixture.log.offsetForTimestamp(1001, 99)).hasValue(new TimestampOffset(2, 3000, 1));
        assertThat(fixture.log.offsetForTimestamp(3001, 99)).hasValue(new TimestampOffset(4, 4000, 2));
        assertThat(fixture.log.offsetForTimestamp(4001, 99)).isEmpty();
        assertThat(fixture.log.offsetForTimestamp(3001, 4)).isEmpty();
        assertThat(fixture.log.offsetOfMaxTimestamp(99)).hasValue(new TimestampOffset(4, 4000, 2));
    }

    @Test
    void logAppendTimeStampsTheBatch() throws IOException {
        fixture.log.updateConfig(config("message.timestamp.type", "LogAppendTime"));
        AppendInfo info = fixture.append(batchAt(5, "a"));
        assertThat(info.logAppendTimeMs()).isEqualTo(LogFixture.NOW);
        assertThat(fixture.log.offsetForTimestamp(6, 99)).hasValue(new TimestampOffset(0, LogFixture.NOW, 0));
        fixture.crash();
        assertThat(fixture.records()).as("the checksum was renewed").containsExactly("0=a");
    }

    @Test
    void batchesAreRewrittenInTheTopicsCodec() throws IOException {
        fixture.log.updateConfig(config("compression.type", "zstd"));
        fixture.append(batch("x".repeat(10_000)));
        assertThat(fixture.log.sizeInBytes()).isLessThan(1000);
        assertThat(fixture.records()).containsExactly("0=" + "x".repeat(10_000));
    }

    @Test
    void batchesAreRewrittenAndStamped() throws IOException {
        fixture.log.updateConfig(config("compression.type", "lz4", "message.timestamp.type", "LogAppendTime"));
        AppendInfo info = fixture.append(batchAt(5, "a", "b"));
        assertThat(info.logAppendTimeMs()).isEqualTo(LogFixture.NOW);
        assertThat(fixture.log.offsetForTimestamp(6, 99)).hasValue(new TimestampOffset(0, LogFixture.NOW, 0));
        fixture.crash();
        assertThat(fixture.records()).containsExactly("0=a", "1=b");
    }

    @Test
    void aBatchThatGrowsTooLargeInTheTopicsCodecLeavesNothingBehind() throws IOException {
        ByteBuffer packed = MemoryRecords.withRecords(
                        Compression.gzip().build(),
                        new SimpleRecord("x".repeat(10_000).getBytes(UTF_8)))
                .buffer();
        fixture.log.updateConfig(config("compression.type", "uncompressed", "max.message.bytes", "5000"));
        assertThat(error(packed)).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE);
        assertThat(fixture.log.logEndOffset()).isZero();
        assertThat(fixture.records()).isEmpty();
    }

    @Test
    void segmentsRollBySizeAndTime(@TempDir Path other) throws IOException {
        LogConfig small = config("segment.bytes", "1048576", "segment.ms", "1000");
        try (LogFixture rolling = new LogFixture(other, new NioFileSystem(), small)) {
            rolling.append(batch("x".repeat(600_000)));
            rolling.append(batch("y".repeat(600_000)));
            assertThat(rolling.log.segments().size()).isEqualTo(2);
            rolling.append(batchAt(LogFixture.NOW + 1000, "a"));
            assertThat(rolling.log.segments().size()).isEqualTo(2);
            rolling.append(batchAt(LogFixture.NOW + 1001, "b"));
            assertThat(rolling.log.segments().size()).isEqualTo(3);
            assertThat(rolling.log.recoveryPoint()).as("rolling flushes").isEqualTo(3);
            assertThat(rolling.records()).hasSize(4);
        }
    }

    @Test
    void clientsMayNotSendWhatTheTopicDoesNotTake() {
        assertThat(error(batch("x".repeat(2_000_000)))).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE);
        assertThat(error(batchAt(LogFixture.NOW + 3_600_001, "a"))).isEqualTo(ErrorCode.INVALID_TIMESTAMP);
        ByteBuffer damaged = batch("abc");
        damaged.put(damaged.limit() - 2, (byte) 'X');
        assertThat(error(damaged)).isEqualTo(ErrorCode.CORRUPT_MESSAGE);
        ByteBuffer old = batch("abc");
        old.put(16, (byte) 1);
        assertThat(error(old)).isEqualTo(ErrorCode.INVALID_RECORD);
        assertThat(error(ByteBuffer.allocate(0))).isEqualTo(ErrorCode.INVALID_RECORD);
        assertThat(error(batch("abc").limit(30))).isEqualTo(ErrorCode.CORRUPT_MESSAGE);
        fixture.log.updateConfig(config("cleanup.policy", "compact"));
        assertThat(error(batch("no key"))).isEqualTo(ErrorCode.INVALID_RECORD);
        assertThat(fixture.log.logEndOffset()).isZero();
    }

    @Test
    void nothingIsWrittenAfterClose() throws IOException {
        PartitionLog log = fixture.log;
        fixture.stop();
        assertThat(log.appendAsLeader(batch("a"), 0, AppendOrigin.CLIENT, 0).error())
                .isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        assertThat(log.read(0, 1, true, 9).error()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    }

    private ErrorCode error(ByteBuffer batches) {
        AppendInfo info = fixture.append(batches);
        assertThat(info.message()).isNotEmpty();
        return info.error();
    }

    private int sizeOf(long offset, int maxBytes, boolean minOne, long bound) {
        try (LogSlice slice = fixture.log.read(offset, maxBytes, minOne, bound).slice()) {
            return slice.size();
        }
    }
}
