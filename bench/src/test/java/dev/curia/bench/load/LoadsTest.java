package dev.curia.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;

class LoadsTest {
    @Test
    void defaultBatchesSetNoSizes() {
        assertThat(ProduceLoad.BASE
                        .withDefaultBatches()
                        .withAcks("1")
                        .withCodec("lz4")
                        .settings())
                .containsOnlyKeys("acks", "compression.type")
                .containsEntry("acks", "1")
                .containsEntry("compression.type", "lz4");
        assertThat(ProduceLoad.BASE.settings())
                .containsEntry("batch.size", 131_072)
                .containsEntry("linger.ms", 10);
    }

    @Test
    void loadsSayWhatTheyAre() {
        assertThat(ProduceLoad.BASE).hasToString("produce 1 KiB, 6 partitions, acks=all, tuned batches");
        assertThat(ProduceLoad.BASE
                        .withPartitions(1)
                        .withRecordBytes(100)
                        .withDefaultBatches()
                        .withCodec("zstd"))
                .hasToString("produce 100 B, 1 partition, acks=all, default batches, zstd");
        assertThat(RateLoad.perSecond(2_000)).hasToString("2,000 records/s of 1 KiB, acks=all, linger 0");
    }

    @Test
    void recordsAreDueEvenlyAndWithoutDrift() {
        RateLoad load = RateLoad.perSecond(3);
        assertThat(load.dueNanos(0)).isZero();
        assertThat(load.dueNanos(1)).isEqualTo(333_333_333);
        assertThat(load.dueNanos(3)).isEqualTo(1_000_000_000);
        assertThat(load.dueNanos(3L * 86_400 * 365)).isEqualTo(86_400L * 365 * 1_000_000_000);
        assertThat(load.records(2.1)).isEqualTo(7);
    }

    @Test
    void payloadsAreDifferentAndCompressToAboutHalf() {
        Payloads payloads = new Payloads(1_024);
        Set<Integer> seen = new HashSet<>();
        Deflater deflater = new Deflater();
        for (int i = 0; i < 128; i++) {
            seen.add(Arrays.hashCode(payloads.get(i)));
            deflater.setInput(payloads.get(i));
            deflater.deflate(new byte[2_048], 0, 2_048, Deflater.SYNC_FLUSH);
        }
        assertThat(seen).hasSize(128);
        assertThat(deflater.getTotalOut() / (double) deflater.getTotalIn()).isBetween(0.35, 0.6);
        deflater.end();
        assertThat(payloads.get(1L << 40)).as("they come again").isSameAs(payloads.get(0));
    }
}
