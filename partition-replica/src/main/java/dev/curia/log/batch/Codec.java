package dev.curia.log.batch;

import dev.curia.proto.common.v1.ErrorCode;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.common.utils.internals.ByteBufferOutputStream;

/**
 * How the records of a batch are compressed: a codec of kafka-clients, which alone knows the framings. Immutable. Source: KIP-390 for
 * levels.
 *
 * @param id as in a batch's attributes: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd
 * @param level what to compress with, where the codec has levels; else 0
 */
public record Codec(int id, int level) {
    public static final int HIGHEST_ID = 4;
    public static final Codec NONE = new Codec(0, 0);
    public static final Codec SNAPPY = new Codec(2, 0);

    private static final byte MAGIC = RecordBatch.MAGIC_VALUE_V2;

    public Codec {
        if (id < 0 || id > HIGHEST_ID) throw new IllegalArgumentException("unknown codec " + id);
    }

    /** @param level 1 to 9, or -1 for zlib's own choice */
    public static Codec gzip(int level) {
        return new Codec(1, level);
    }

    /** @param level 1 to 17 */
    public static Codec lz4(int level) {
        return new Codec(3, level);
    }

    /** @param level -131072 to 22 */
    public static Codec zstd(int level) {
        return new Codec(4, level);
    }

    /** The codec at its usual level. */
    public static Codec of(int id) {
        boolean levels = id == 1 || id == 3 || id == 4;
        return new Codec(id, levels ? CompressionType.forId(id).defaultLevel() : 0);
    }

    OutputStream compress(ByteBufferOutputStream target) {
        return compression().wrapForOutput(target, MAGIC);
    }

    /** What {@code compressed} expands to. Fails with any runtime exception, now or later, when it is not of this codec. */
    static InputStream decompress(int id, ByteBuffer compressed) throws InvalidBatchException {
        if (id > HIGHEST_ID) {
            throw new InvalidBatchException(
                    ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, "The batch has the unknown codec " + id);
        }
        if (id == 2) SnappyFrames.check(compressed);
        return of(id).compression().wrapForInput(compressed.duplicate(), MAGIC, BufferSupplier.NO_CACHING);
    }

    private Compression compression() {
        return switch (id) {
            case 0 -> Compression.NONE;
            case 1 -> Compression.gzip().level(level).build();
            case 2 -> Compression.snappy().build();
            case 3 -> Compression.lz4().level(level).build();
            default -> Compression.zstd().level(level).build();
        };
    }
}
