package dev.curia.log.segment;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.curia.log.io.MemoryLogFile;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

class BatchReaderTest {
    private static final int CHUNK_BYTES = 64;

    @Test
    void batchesLargerThanAChunkAreReadWhole() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(10_000);
        for (int size : new int[] {1, 3000, 5, 200}) bytes.put(batch(size));
        bytes.flip();
        BatchReader reader = reader(bytes, bytes.limit());
        int batches = 0;
        while (reader.next(true)) {
            assertThat(reader.batch().crcMatches()).isTrue();
            batches++;
        }
        assertThat(batches).isEqualTo(4);
        assertThat(reader.defect()).isNull();
        assertThat(reader.position()).isEqualTo(bytes.limit());
    }

    @Test
    void aLengthBehindTheLimitEndsTheWalk() throws IOException {
        ByteBuffer bytes = batch(100);
        bytes.putInt(8, 1 << 30);
        BatchReader reader = reader(bytes, bytes.limit());
        assertThat(reader.next(true)).isFalse();
        assertThat(reader.defect()).contains("claims");
    }

    /** The limit is what the log believes, and the file may have become shorter. */
    @Test
    void aHostileLengthBehindTheFilesEndCostsNoMemory() throws IOException {
        ByteBuffer bytes = batch(100);
        bytes.putInt(8, 1 << 30);
        BatchReader reader = reader(bytes, Integer.MAX_VALUE);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThat(reader.next(true)).isFalse();
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1 << 20);
        assertThat(reader.defect()).contains("ends inside a batch");
    }

    private static BatchReader reader(ByteBuffer bytes, long limit) {
        return new BatchReader(new MemoryLogFile(bytes), 0, limit, CHUNK_BYTES);
    }

    private static ByteBuffer batch(int valueBytes) {
        return MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(new byte[valueBytes]))
                .buffer();
    }
}
