package dev.curia.bench.compare;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One producer that sends as fast as it can.
 *
 * @param recordBytes of the value; there is no key
 * @param acks as the producer's setting
 * @param tuned large batches instead of the client's default
 * @param codec as the producer's {@code compression.type}
 */
record ProduceLoad(int partitions, int recordBytes, String acks, boolean tuned, String codec) {
    private static final Map<String, Object> TUNED =
            Map.of("batch.size", 131_072, "linger.ms", 10, "buffer.memory", 67_108_864L);

    /** The usual one: others differ from it in one thing. */
    static final ProduceLoad BASE = new ProduceLoad(6, 1_024, "all", true, "none");

    ProduceLoad withPartitions(int other) {
        return new ProduceLoad(other, recordBytes, acks, tuned, codec);
    }

    ProduceLoad withRecordBytes(int other) {
        return new ProduceLoad(partitions, other, acks, tuned, codec);
    }

    ProduceLoad withAcks(String other) {
        return new ProduceLoad(partitions, recordBytes, other, tuned, codec);
    }

    ProduceLoad withDefaultBatches() {
        return new ProduceLoad(partitions, recordBytes, acks, false, codec);
    }

    ProduceLoad withCodec(String other) {
        return new ProduceLoad(partitions, recordBytes, acks, tuned, other);
    }

    /** What differs from the client's defaults. */
    Map<String, Object> settings() {
        Map<String, Object> settings = new LinkedHashMap<>(tuned ? TUNED : Map.of());
        settings.put("acks", acks);
        settings.put("compression.type", codec);
        return settings;
    }

    @Override
    public String toString() {
        return "produce " + size(recordBytes) + ", " + partitions + (partitions == 1 ? " partition" : " partitions")
                + ", acks=" + acks + (tuned ? ", tuned batches" : ", default batches")
                + ("none".equals(codec) ? "" : ", " + codec);
    }

    static String size(int bytes) {
        return bytes % 1_024 == 0 ? bytes / 1_024 + " KiB" : bytes + " B";
    }
}
