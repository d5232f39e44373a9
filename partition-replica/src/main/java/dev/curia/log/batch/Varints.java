package dev.curia.log.batch;

/** Zigzag variable-length numbers as records use them: 7 bits a byte, lowest first. Stateless. */
final class Varints {
    private Varints() {}

    /** In bytes. */
    static int sizeOf(long value) {
        long rest = zigzag(value);
        int bytes = 1;
        while ((rest & ~0x7FL) != 0) {
            rest >>>= 7;
            bytes++;
        }
        return bytes;
    }

    /** Returns the position behind what was written; needs up to 10 bytes. */
    static int write(long value, byte[] target, int at) {
        long rest = zigzag(value);
        int position = at;
        while ((rest & ~0x7FL) != 0) {
            target[position++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        target[position++] = (byte) rest;
        return position;
    }

    /** The same for numbers of 32 and of 64 bits, whose encodings agree. */
    private static long zigzag(long value) {
        return (value << 1) ^ (value >> 63);
    }
}
