package dev.curia.log.clean;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.random.RandomGenerator;

/**
 * A 128-bit hash of record keys that nobody can prepare collisions for: SipHash-2-4 with a key drawn at random for each cleaning. Two keys of
 * one cleaning have the same hash with a probability of 2^-128; for a thousand million keys, any two with less than 2^-69. One thread at a
 * time. Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF", with the reference code's 128-bit output.
 */
final class KeyHash {
    private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final long key0;
    private final long key1;
    private long v0;
    private long v1;
    private long v2;
    private long v3;
    private long first;
    private long second;

    KeyHash(long key0, long key1) {
        this.key0 = key0;
        this.key1 = key1;
    }

    static KeyHash random(RandomGenerator random) {
        return new KeyHash(random.nextLong(), random.nextLong());
    }

    /** Hashes what lies between position and limit; {@link #first} and {@link #second} have the result. */
    void of(ByteBuffer key) {
        v0 = key0 ^ 0x736f6d6570736575L;
        v1 = key1 ^ 0x646f72616e646f6dL ^ 0xee;
        v2 = key0 ^ 0x6c7967656e657261L;
        v3 = key1 ^ 0x7465646279746573L;
        int at = key.position();
        int end = key.limit();
        for (; at + Long.BYTES <= end; at += Long.BYTES) block((long) LONGS.get(key, at));
        long last = (long) key.remaining() << 56;
        for (int shift = 0; at < end; at++, shift += 8) last |= (key.get(at) & 0xFFL) << shift;
        block(last);
        v2 ^= 0xee;
        finish();
        first = v0 ^ v1 ^ v2 ^ v3;
        v1 ^= 0xdd;
        finish();
        second = v0 ^ v1 ^ v2 ^ v3;
    }

    long first() {
        return first;
    }

    long second() {
        return second;
    }

    private void block(long word) {
        v3 ^= word;
        round();
        round();
        v0 ^= word;
    }

    private void finish() {
        round();
        round();
        round();
        round();
    }

    private void round() {
        v0 += v1;
        v2 += v3;
        v1 = Long.rotateLeft(v1, 13) ^ v0;
        v3 = Long.rotateLeft(v3, 16) ^ v2;
        v0 = Long.rotateLeft(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = Long.rotateLeft(v1, 17) ^ v2;
        v3 = Long.rotateLeft(v3, 21) ^ v0;
        v2 = Long.rotateLeft(v2, 32);
    }
}
