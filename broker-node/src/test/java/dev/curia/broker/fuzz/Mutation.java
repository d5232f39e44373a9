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

    private byte[] one(byte[] bytes) {
        int at = LENGTH_BYTES + random.nextInt(Math.max(1, bytes.length - LENGTH_BYTES));
        if (at >= bytes.length) return bytes;
        switch (random.nextInt(6)) {
            case 0 -> bytes[at] = (byte) random.nextInt();
            case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 2 -> hostile(bytes, at);
            case 3 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 4 -> {
                byte[] longer = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(40));
                for (int i = bytes.length; i < longer.length; i++) longer[i] = (byte) random.nextInt();
                return longer;
            }
            default -> moved(bytes, at);
        }
        return bytes;
    }

    private void hostile(byte[] bytes, int at) {
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
