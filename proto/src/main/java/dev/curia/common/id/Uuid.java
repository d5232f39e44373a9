package dev.curia.common.id;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.random.RandomGenerator;

/**
 * A 128-bit identifier of a topic, log directory or process incarnation. Immutable. Its text is Kafka's: 22 characters of
 * URL-safe base64 without padding, never starting with a dash.
 */
public record Uuid(long mostSignificantBits, long leastSignificantBits) implements Comparable<Uuid> {
    public static final Uuid ZERO = new Uuid(0, 0);

    /** A random (version 4) identifier that is safe to show, that is, whose text does not start with a dash. */
    public static Uuid random(RandomGenerator random) {
        while (true) {
            long most = (random.nextLong() & ~0xF000L) | 0x4000L;
            long least = (random.nextLong() & ~(0xC0L << 56)) | (0x80L << 56);
            Uuid uuid = new Uuid(most, least);
            if (!uuid.toString().startsWith("-")) return uuid;
        }
    }

    /** Reads 16 bytes, big endian. */
    public static Uuid fromBytes(byte[] bytes) {
        if (bytes.length != 16) throw new IllegalArgumentException("a UUID has 16 bytes, not " + bytes.length);
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new Uuid(buffer.getLong(), buffer.getLong());
    }

    /** The inverse of {@link #toString()}; throws {@link IllegalArgumentException} on anything else. */
    public static Uuid parse(String text) {
        try {
            return fromBytes(Base64.getUrlDecoder().decode(text));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text + "' is not a UUID of 22 base64 characters", e);
        }
    }

    public byte[] toBytes() {
        return ByteBuffer.allocate(16)
                .putLong(mostSignificantBits)
                .putLong(leastSignificantBits)
                .array();
    }

    @Override
    public int compareTo(Uuid other) {
        int most = Long.compare(mostSignificantBits, other.mostSignificantBits);
        return most != 0 ? most : Long.compare(leastSignificantBits, other.leastSignificantBits);
    }

    @Override
    public String toString() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(toBytes());
    }
}
