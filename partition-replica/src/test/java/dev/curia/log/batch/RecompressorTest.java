package dev.curia.log.batch;

import static dev.curia.log.batch.TestBatches.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.testkit.Check;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.SplittableRandom;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

class RecompressorTest {
    private final Recompressor recompressor = new Recompressor();

    @Test
    void recordsAreWhatTheyWereInTheTopicsCodec() {
        Check.forAll(500, SplittableRandom::nextLong, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            ByteBuffer batch = TestBatches.random(random, random.nextInt(5));
            ByteBuffer before = TestBatches.copy(batch);
            int codec = random.nextInt(5);
            ByteBuffer stored = recompressor.convert(batch, policy(codec, 1 << 20, false), NOW);
            assertThat(TestBatches.asKafkaReads(stored)).isEqualTo(TestBatches.asKafkaReads(before));
            assertThat(TestBatches.view(stored).codec()).isEqualTo(codec);
            if (TestBatches.view(before).codec() == codec) assertThat(stored).isSameAs(batch);
            assertThat(batch).isEqualTo(before);
        });
    }

    @Test
    void onlyTheBatchesThatHaveAnotherCodecAreRewritten() throws Exception {
        ByteBuffer zstd = TestBatches.of(4, "a", "1");
        ByteBuffer none = TestBatches.of(0, "b", "2");
        ByteBuffer both = ByteBuffer.allocate(zstd.limit() + none.limit())
                .put(zstd.duplicate())
                .put(none.duplicate())
                .flip();
        ByteBuffer stored = recompressor.convert(both, policy(4, 1 << 20, false), NOW);
        assertThat(stored.slice(0, zstd.limit())).isEqualTo(zstd);
        BatchView second = new BatchView().at(stored, zstd.limit());
        assertThat(second.codec()).isEqualTo(4);
        assertThat(second.crcMatches()).isTrue();
        assertThat(zstd.limit() + second.sizeInBytes()).isEqualTo(stored.limit());
    }

    @Test
    void withProducersCodecNothingChanges() throws Exception {
        ByteBuffer batch = TestBatches.of(2, "a", "1");
        BatchPolicy producer = new BatchPolicy(1 << 20, 1 << 20, false, Long.MAX_VALUE, 0, Optional.empty(), false);
        assertThat(recompressor.convert(batch, producer, NOW)).isSameAs(batch);
    }

    @Test
    void markersStayUncompressed() throws Exception {
        ByteBuffer marker = TestBatches.marker(new SplittableRandom(1));
        assertThat(recompressor.convert(marker, policy(4, 1 << 20, false), NOW)).isSameAs(marker);
    }

    @Test
    void theSizeCountsAsStoredToo() {
        ByteBuffer small = TestBatches.of(1, "k", "v".repeat(10_000));
        assertThat(small.limit()).isLessThan(1000);
        assertRefused(small, policy(0, 1000, false), ErrorCode.MESSAGE_TOO_LARGE);
        ByteBuffer two = ByteBuffer.allocate(2 * small.limit())
                .put(small.duplicate())
                .put(small.duplicate())
                .flip();
        BatchPolicy segment =
                new BatchPolicy(15_000, 15_000, false, Long.MAX_VALUE, 3_600_000, Optional.of(Codec.NONE), false);
        assertRefused(two, segment, ErrorCode.RECORD_LIST_TOO_LARGE);
    }

    /** The validator leaves these to the recompressor, which decodes them anyway. */
    @Test
    void recordsAreJudgedOnTheWay() {
        ByteBuffer keyless = TestBatches.of(1, "k", "v", null, "w");
        BatchPolicy keyed = policy(4, 1 << 20, true);
        assertThat(new BatchValidator().checkForLeader(keyless, keyed, AppendOrigin.CLIENT, NOW))
                .isEqualTo(BatchCheck.OK);
        assertRefused(keyless, keyed, ErrorCode.INVALID_RECORD);
        ByteBuffer future = TestBatches.of(1, new SimpleRecord(NOW + 3_600_001, new byte[1], new byte[1]));
        assertThat(new BatchValidator().checkForLeader(future, keyed, AppendOrigin.CLIENT, NOW))
                .isEqualTo(BatchCheck.OK);
        assertRefused(future, keyed, ErrorCode.INVALID_TIMESTAMP);
        ByteBuffer broken = TestBatches.of(1, "k", "v");
        broken.put(61, (byte) 0x55);
        assertRefused(broken, keyed, ErrorCode.INVALID_RECORD);
    }

    @Test
    void aHeaderThatTellsAnotherNewestTimeIsCorrected() throws Exception {
        ByteBuffer batch = TestBatches.of(1, new SimpleRecord(NOW, new byte[1], new byte[1]));
        batch.putLong(35, Long.MAX_VALUE);
        TestBatches.repairChecksum(batch);
        ByteBuffer stored = recompressor.convert(batch, policy(0, 1 << 20, false), NOW);
        assertThat(TestBatches.view(stored).maxTimestamp()).isEqualTo(NOW);
    }

    @Test
    void aHigherLevelCompressesMore() throws Exception {
        StringBuilder text = new StringBuilder();
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 4000; i++)
            text.append("user-").append(random.nextInt(50)).append(" clicked; ");
        ByteBuffer batch = TestBatches.of(0, "k", text.toString());
        for (Codec[] pair : new Codec[][] {
            {Codec.gzip(1), Codec.gzip(9)}, {Codec.lz4(1), Codec.lz4(12)}, {Codec.zstd(-50), Codec.zstd(19)}
        }) {
            int fast = recompressor
                    .convert(batch, policy(pair[0], 1 << 20, false), NOW)
                    .limit();
            int small = recompressor
                    .convert(batch, policy(pair[1], 1 << 20, false), NOW)
                    .limit();
            assertThat(small).as(pair[1].toString()).isLessThan(fast);
        }
    }

    private void assertRefused(ByteBuffer batches, BatchPolicy policy, ErrorCode error) {
        assertThatExceptionOfType(InvalidBatchException.class)
                .isThrownBy(() -> recompressor.convert(batches, policy, NOW))
                .satisfies(e -> assertThat(e.error()).as(e.getMessage()).isEqualTo(error));
    }

    private static BatchPolicy policy(int codec, int maxBatchBytes, boolean keysRequired) {
        return policy(Codec.of(codec), maxBatchBytes, keysRequired);
    }

    private static BatchPolicy policy(Codec codec, int maxBatchBytes, boolean keysRequired) {
        return new BatchPolicy(
                maxBatchBytes, 1 << 20, false, Long.MAX_VALUE, 3_600_000, Optional.of(codec), keysRequired);
    }
}
