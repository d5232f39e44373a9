package dev.curia.log.batch;

import static dev.curia.log.batch.TestBatches.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.curia.proto.common.v1.ErrorCode;
import java.nio.ByteBuffer;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

/** What batches may claim and expand to. */
class DecodingLimitsTest {
    private static final int MIB = 1 << 20;

    @Test
    void largeBatchesMayExpandMoreThanSmallOnes() {
        assertThat(RecordReader.maxDecompressedBytes(1000)).isEqualTo(256 * MIB);
        assertThat(RecordReader.maxDecompressedBytes(8 * MIB)).isEqualTo(512 * MIB);
        assertThat(RecordReader.maxDecompressedBytes(Integer.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE);
    }

    /** A value is larger than the chunk that is decompressed at a time, and than the room made for it at first. */
    @Test
    void whatIsWithinTheLimitsIsHeld() throws Exception {
        byte[] large = new byte[3 * MIB + 7];
        for (int i = 0; i < large.length; i++) large[i] = (byte) (i / 1000);
        for (int codec = 0; codec <= 4; codec++) {
            ByteBuffer batch = TestBatches.of(codec, new SimpleRecord(NOW, large, large));
            try (RecordReader reader = new RecordReader()) {
                reader.open(TestBatches.view(batch));
                assertThat(reader.next()).isTrue();
                assertThat(reader.key()).isEqualTo(ByteBuffer.wrap(large));
                assertThat(reader.value()).isEqualTo(ByteBuffer.wrap(large));
                assertThat(reader.next()).isFalse();
            }
        }
    }

    @Test
    void aSnappyBlockThatClaimsMoreThanItCanExpandToIsRefused() {
        assertSnappyRefused("expand to", 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 1, 2, 3);
        assertSnappyRefused("expand to", 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 1, 2, 3);
        assertSnappyRefused("no length", 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3);
        assertSnappyRefused("no length", 0xFF);
    }

    @Test
    void snappyFramesEndWithinTheBatch() {
        assertSnappyRefused("header is cut", framed());
        assertSnappyRefused("length is cut", framed(0, 0, 0, 1, 0, 0, 0, 1, 0, 0));
        assertSnappyRefused("claims 9 bytes", framed(0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 9, 1, 2));
        assertSnappyRefused("claims 0 bytes", framed(0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0));
        assertSnappyRefused("claims -1 bytes", framed(0, 0, 0, 1, 0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF));
        assertSnappyRefused("expand to", framed(0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 3, 0xFF, 0xFF, 0x07));
        // A second header would be followed by recursion.
        assertSnappyRefused(
                "claims -", framed(concat(new int[] {0, 0, 0, 1, 0, 0, 0, 1}, framed(0, 0, 0, 1, 0, 0, 0, 1))));
    }

    /** Not every client frames snappy data. */
    @Test
    void snappyWithoutFramesIsRead() throws Exception {
        byte[] record = TestBatches.rawRecord(new byte[1], 0, 0, 1, new byte[1], 3, new byte[3], 0);
        // One literal of all bytes.
        byte[] block = new byte[record.length + 2];
        block[0] = (byte) record.length;
        block[1] = (byte) ((record.length - 1) << 2);
        System.arraycopy(record, 0, block, 2, record.length);
        ByteBuffer batch = withRecords(2, block);
        try (RecordReader reader = new RecordReader()) {
            reader.open(TestBatches.view(batch));
            assertThat(reader.next()).isTrue();
            assertThat(reader.valueBytes()).isEqualTo(3);
            assertThat(reader.next()).isFalse();
        }
    }

    private static void assertSnappyRefused(String message, int... data) {
        byte[] bytes = new byte[data.length];
        for (int i = 0; i < data.length; i++) bytes[i] = (byte) data[i];
        long before = Allocations.ofThisThread();
        assertThatExceptionOfType(InvalidBatchException.class)
                .isThrownBy(() -> {
                    try (RecordReader reader = new RecordReader()) {
                        reader.open(TestBatches.view(withRecords(2, bytes)));
                    }
                })
                .withMessageContaining(message)
                .satisfies(e -> assertThat(e.error()).isEqualTo(ErrorCode.INVALID_RECORD));
        assertThat(Allocations.ofThisThread() - before).isLessThan(MIB);
    }

    private static int[] framed(int... data) {
        return concat(new int[] {0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0}, data);
    }

    private static int[] concat(int[] first, int[] second) {
        int[] all = java.util.Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    private static ByteBuffer withRecords(int codec, byte[] compressed) {
        ByteBuffer batch = ByteBuffer.allocate(BatchView.HEADER_BYTES + compressed.length);
        batch.position(BatchView.HEADER_BYTES).put(compressed).flip();
        TestBatches.view(batch).writeHeader(TestBatches.view(TestBatches.of(0, "k", "v")), codec, NOW, NOW, 1);
        return batch;
    }
}
