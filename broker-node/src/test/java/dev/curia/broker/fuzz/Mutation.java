package dev.curia.broker.fuzz;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Makes a good frame a bad one. What it returns has a length that fits, unless {@link #lie} made one that does not. */
final class Mutation {
    private static final int LENGTH_BYTES = 4;
    private static final int[] HOSTILE = {
        -1, 0, 1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x7fff_fffe, 0x0100_0000, 0x00ff_ffff, 0xffff, 0x8000
    };

    /** Counts and lengths of the newer versions: up to 2^32 - 1, more than fit, and without an end. */
    private static final byte[][] HOSTILE_VARINTS = {
        {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f},
        {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x07},
        {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f},
        {(byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80},
        {(byte) 0xff, (byte) 0xff, 0x7f},
        {(byte) 0xff, 0x7f},
        {(byte) 0x80, 0x00},
        {0x00}
    };

    /** Most counts and lengths in a request are. */
    private static final int SMALL = 3;

    private final RandomGenerator random;

    Mutation(RandomGenerator random) {
        this.random = random;
    }

    byte[] of(byte[] frame) {
        byte[] bytes = frame.clone();
        int rounds = 1 + random.nextInt(3);
        for (int i = 0; i < rounds; i++) bytes = one(bytes);
        return withLength(bytes);
    }

    /** A length that does not fit: negative, too large, or more than what follows. */
    byte[] lie(byte[] frame) {
        byte[] bytes = frame.clone();
        ByteBuffer.wrap(bytes)
                .putInt(0, random.nextInt(4) == 0 ? bytes.length * 2 : HOSTILE[random.nextInt(HOSTILE.length)]);
        return bytes;
    }

    /** Changes some bytes, and leaves those before {@code from} and their number as they are. */
    void within(byte[] bytes, int from) {
        int rounds = 1 + random.nextInt(2);
        for (int i = 0; i < rounds; i++) {
            int at = place(bytes, from);
            if (random.nextInt(3) == 0) bytes[at] = (byte) random.nextInt();
            else hostile(bytes, at);
        }
    }

    /** Half the time where there seems to be a count or a length. */
    private int place(byte[] bytes, int from) {
        int at = from + random.nextInt(bytes.length - from);
        if (random.nextBoolean()) return at;
        for (int i = at; i < bytes.length; i++) {
            if (bytes[i] > 0 && bytes[i] <= SMALL) return random.nextBoolean() ? i : Math.max(from, i - 3);
        }
        return at;
    }

    private byte[] one(byte[] bytes) {
        if (bytes.length <= LENGTH_BYTES) return bytes;
        int at = place(bytes, LENGTH_BYTES);
        switch (random.nextInt(8)) {
            case 0 -> bytes[at] = (byte) random.nextInt();
            case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 2, 3, 4 -> hostile(bytes, at);
            case 5 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 6 -> {
                byte[] longer = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(40));
                for (int i = bytes.length; i < longer.length; i++) longer[i] = (byte) random.nextInt();
                return longer;
            }
            default -> moved(bytes, at);
        }
        return bytes;
    }

    private void hostile(byte[] bytes, int at) {
        if (random.nextInt(3) == 0) {
            byte[] varint = HOSTILE_VARINTS[random.nextInt(HOSTILE_VARINTS.length)];
            System.arraycopy(varint, 0, bytes, at, Math.min(varint.length, bytes.length - at));
            return;
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        int value = HOSTILE[random.nextInt(HOSTILE.length)];
        if (at + 4 <= bytes.length && random.nextBoolean()) buffer.putInt(at, value);
        else if (at + 2 <= bytes.length) buffer.putShort(at, (short) value);
        else buffer.put(at, (byte) value);
    }

    private void moved(byte[] bytes, int at) {
        int count = 1 + random.nextInt(Math.min(16, bytes.length - at));
        int from = LENGTH_BYTES + random.nextInt(Math.max(1, bytes.length - LENGTH_BYTES - count + 1));
        if (from + count <= bytes.length) System.arraycopy(bytes.clone(), from, bytes, at, count);
    }

    private static byte[] withLength(byte[] bytes) {
        ByteBuffer.wrap(bytes).putInt(0, bytes.length - LENGTH_BYTES);
        return bytes;
    }
}
