package dev.curia.log.clean;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Check;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class OffsetMapTest {
    private static final KeyHash HASH = new KeyHash(1, 2);

    private static ByteBuffer key(int number) {
        return ByteBuffer.allocate(4).putInt(0, number);
    }

    @Test
    void agreesWithAHashMapUntilItIsFull() {
        Check.forAll(200, SplittableRandom::nextLong, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            long budget = random.nextInt(1, 400_000);
            double load = random.nextDouble(0.1, 0.95);
            long base = random.nextLong(1L << 40);
            OffsetMap map = new OffsetMap(budget, load, base, HASH);
            Map<Integer, Long> twin = new HashMap<>();
            int keys = random.nextInt(1, 10_000);
            long offset = base;
            boolean full = false;
            for (int i = 0; i < 8_000 && !full; i++) {
                int key = random.nextInt(keys);
                full = !map.put(key(key), offset);
                if (!full) twin.put(key, offset);
                offset += random.nextInt(1, 1000);
            }
            assertThat(map.size()).isEqualTo(twin.size()).isPositive();
            assertThat(map.bytes()).isLessThanOrEqualTo(Math.max(budget, 11 * OffsetMap.SLOT_BYTES));
            // Shards fill unevenly, so the first is full a little before the whole.
            if (full && budget > 100_000 && load > 0.5) {
                assertThat(map.size() * OffsetMap.SLOT_BYTES).isGreaterThan((long) (budget * load * 0.7));
            }
            for (int key = 0; key < keys; key++) assertThat(map.get(key(key))).isEqualTo(twin.getOrDefault(key, -1L));
        });
    }

    @Test
    void takesOneKeyWhateverTheBudget() {
        OffsetMap map = new OffsetMap(1, 0.9, 100, HASH);

        assertThat(map.put(key(1), 100)).isTrue();
        assertThat(map.put(key(2), 101)).isFalse();
        assertThat(map.put(key(1), 102)).isTrue();
        assertThat(map.get(key(1))).isEqualTo(102);
        assertThat(map.get(key(2))).isEqualTo(-1);
    }

    @Test
    void offsetsUpToFourThousandMillionBehindTheFirstFit() {
        OffsetMap map = new OffsetMap(1 << 20, 0.9, 7, HASH);

        assertThat(map.put(key(1), 7)).isTrue();
        assertThat(map.put(key(2), 7 + OffsetMap.MAX_RANGE)).isTrue();
        assertThat(map.put(key(3), 8 + OffsetMap.MAX_RANGE)).isFalse();
        assertThat(map.get(key(1))).isEqualTo(7);
        assertThat(map.get(key(2))).isEqualTo(7 + OffsetMap.MAX_RANGE);
    }

    @Test
    void aFewKeysTakeLittleOfALargeBudget() {
        OffsetMap map = new OffsetMap(128 << 20, 0.9, 0, HASH);
        for (int i = 0; i < 100; i++) map.put(key(i), i);

        assertThat(map.bytes()).isLessThan(100_000);
    }

    @Test
    void aMillionKeysTakeTwentyTwoMegabytes() {
        int keys = 1_000_000;
        long budget = 22 << 20;
        OffsetMap map = new OffsetMap(budget, 0.9, 0, HASH);

        int taken = 0;
        while (taken < keys && map.put(key(taken), taken)) taken++;

        assertThat(taken).as("keys within " + budget + " bytes").isEqualTo(keys);
        assertThat(map.bytes()).isLessThanOrEqualTo(budget);
    }
}
