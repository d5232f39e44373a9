package dev.curia.replica.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecentAppendsTest {
    private static final int CAPACITY = 64;

    private final AppendRing ring = new AppendRing(CAPACITY);
    private final RecentAppends recent = new RecentAppends(ring);

    @Test
    void whatWasAppendedIsCopiedFromWhereItIsAskedFor() {
        recent.add(0, 2, bytes(1, 2));
        recent.add(2, 5, bytes(3, 4, 5));
        assertThat(copied(0, 5, 10)).containsExactly(1, 2, 3, 4, 5);
        assertThat(copied(2, 5, 10)).containsExactly(3, 4, 5);
    }

    @Test
    void wholeAppendsOnlyAsManyAsThereIsRoomFor() {
        recent.add(0, 2, bytes(1, 2));
        recent.add(2, 5, bytes(3, 4, 5));
        assertThat(copied(0, 5, 4)).containsExactly(1, 2);
        assertThat(copied(2, 5, 2)).isEmpty();
        assertThat(copied(1, 5, 10)).isEmpty();
    }

    @Test
    void nothingBehindTheEnd() {
        recent.add(0, 2, bytes(1, 2));
        recent.add(2, 5, bytes(3, 4, 5));
        assertThat(copied(0, 2, 10)).containsExactly(1, 2);
        assertThat(copied(5, 5, 10)).isEmpty();
    }

    @Test
    void endsWhereAppendsWereLeftOut() {
        recent.add(0, 2, bytes(1, 2));
        recent.add(3, 4, bytes(4));
        assertThat(copied(0, 4, 10)).containsExactly(1, 2);
        assertThat(copied(2, 4, 10)).isEmpty();
        assertThat(copied(3, 4, 10)).containsExactly(4);
    }

    @Test
    void aLargeAppendDrivesNothingOut() {
        recent.add(0, 1, bytes(1));
        recent.add(1, 2, ByteBuffer.allocate(CAPACITY / 4 + 1));
        assertThat(copied(0, 2, CAPACITY)).containsExactly(1);
        assertThat(copied(1, 2, CAPACITY)).isEmpty();
    }

    @Test
    void nothingIsLeftAfterClear() {
        recent.add(0, 1, bytes(1));
        recent.clear();
        assertThat(copied(0, 1, 10)).isEmpty();
    }

    /** Two partitions on one ring: whatever is copied is what was appended, and the newest is there. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void whatOthersHaveOverwrittenIsGoneAndNeverWrong(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<RecentAppends> partitions = List.of(recent, new RecentAppends(ring));
        List<List<Byte>> logs = List.of(new ArrayList<>(), new ArrayList<>());
        for (int i = 0; i < 2_000; i++) {
            int which = random.nextInt(2);
            List<Byte> log = logs.get(which);
            byte[] added = new byte[1 + random.nextInt(CAPACITY / 4)];
            random.nextBytes(added);
            // One byte is one record.
            partitions.get(which).add(log.size(), log.size() + added.length, ByteBuffer.wrap(added));
            for (byte b : added) log.add(b);
            if (random.nextInt(10) == 0) partitions.get(which).trim();
            assertThat(copied(partitions.get(which), log.size() - added.length, log.size(), CAPACITY))
                    .containsExactly(added);
            for (int p = 0; p < 2; p++) {
                int from = Math.max(0, logs.get(p).size() - random.nextInt(2 * CAPACITY));
                byte[] found = copied(partitions.get(p), from, logs.get(p).size(), CAPACITY);
                for (int b = 0; b < found.length; b++) {
                    assertThat(found[b]).isEqualTo(logs.get(p).get(from + b));
                }
            }
        }
    }

    private byte[] copied(long from, long end, int room) {
        return copied(recent, from, end, room);
    }

    private static byte[] copied(RecentAppends appends, long from, long end, int room) {
        ByteBuffer target = ByteBuffer.allocate(room);
        boolean any = appends.copy(from, end, target);
        byte[] found = new byte[target.flip().remaining()];
        target.get(found);
        assertThat(any).isEqualTo(found.length > 0);
        return found;
    }

    private static ByteBuffer bytes(int... values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length);
        for (int value : values) buffer.put((byte) value);
        return buffer.flip();
    }
}
