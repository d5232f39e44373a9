package dev.curia.bench.load;

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
public record ProduceLoad(int partitions, int recordBytes, String acks, boolean tuned, String codec) {
    /** A larger record may not fit the client's default of 1 MiB a request. */
    private static final int LARGE = 1 << 19;

    private static final Map<String, Object> TUNED =
            Map.of("batch.size", 131_072, "linger.ms", 10, "buffer.memory", 67_108_864L);

    /** The usual one: others differ from it in one thing. */
    public static final ProduceLoad BASE = new ProduceLoad(6, 1_024, "all", true, "none");

    public ProduceLoad withPartitions(int other) {
        return new ProduceLoad(other, recordBytes, acks, tuned, codec);
    }

    public ProduceLoad withRecordBytes(int other) {
        return new ProduceLoad(partitions, other, acks, tuned, codec);
    }

    public ProduceLoad withAcks(String other) {
        return new ProduceLoad(partitions, recordBytes, other, tuned, codec);
    }

    public ProduceLoad withDefaultBatches() {
        return new ProduceLoad(partitions, recordBytes, acks, false, codec);
    }

    public ProduceLoad withCodec(String other) {
        return new ProduceLoad(partitions, recordBytes, acks, tuned, other);
    }

    /** What differs from the client's defaults. */
    public Map<String, Object> settings() {
        Map<String, Object> settings = new LinkedHashMap<>(tuned ? TUNED : Map.of());
        settings.put("acks", acks);
        settings.put("compression.type", codec);
        if (recordBytes > LARGE) settings.put("max.request.size", 2 * recordBytes);
        return settings;
    }

    @Override
    public String toString() {
        return "produce " + size(recordBytes) + ", " + partitions + (partitions == 1 ? " partition" : " partitions")
                + ", acks=" + acks + (tuned ? ", tuned batches" : ", default batches")
                + ("none".equals(codec) ? "" : ", " + codec);
    }

    public static String size(int bytes) {
        return bytes % 1_024 == 0 ? bytes / 1_024 + " KiB" : bytes + " B";
    }
}
