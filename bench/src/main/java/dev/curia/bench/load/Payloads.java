package dev.curia.bench.load;

import dev.curia.bench.RandomText;
import java.util.SplittableRandom;

/** Values to send, so many different ones that no batch has one twice. Immutable but for the arrays that it hands out. */
public final class Payloads {
    private static final int BYTES = 8 << 20;

    private final byte[][] values;

    /** A power of two of them; of very large ones a single one. */
    public Payloads(int recordBytes) {
        SplittableRandom random = new SplittableRandom(recordBytes);
        values = new byte[Math.max(1, Integer.highestOneBit(BYTES / recordBytes))][];
        for (int i = 0; i < values.length; i++) values[i] = RandomText.of(random, recordBytes);
    }

    public byte[] get(long record) {
        return values[(int) (record & (values.length - 1))];
    }
}
