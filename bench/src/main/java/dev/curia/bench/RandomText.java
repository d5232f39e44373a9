package dev.curia.bench;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/** Text of random words, which compresses about as logs and JSON do: to half. Stateless. */
public final class RandomText {
    private static final int WORDS = 4_096;

    private RandomText() {}

    /** Exactly so many bytes. */
    public static byte[] of(SplittableRandom random, int bytes) {
        StringBuilder text = new StringBuilder(bytes + 8);
        while (text.length() < bytes) {
            text.append(Integer.toString(Math.abs(random.nextInt(WORDS) * 0x9E3779B1), 36))
                    .append(' ');
        }
        return text.substring(0, bytes).getBytes(StandardCharsets.US_ASCII);
    }
}
