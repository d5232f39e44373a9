package dev.curia.log.epoch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.log.epoch.EpochHistory.Entry;
import dev.curia.log.epoch.EpochHistory.EpochEnd;
import dev.curia.log.io.NioFileSystem;
import dev.curia.testkit.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EpochHistoryTest {
    private final EpochHistory history =
            EpochHistory.EMPTY.assign(2, 0).assign(4, 10).assign(7, 15);

    @Test
    void anEpochEndsWhereTheNextBegins() {
        assertThat(history.endOffsetFor(2, 20)).isEqualTo(new EpochEnd(2, 10));
        assertThat(history.endOffsetFor(4, 20)).isEqualTo(new EpochEnd(4, 15));
        assertThat(history.endOffsetFor(7, 20)).isEqualTo(new EpochEnd(7, 20));
    }

    @Test
    void anUnknownEpochIsAnsweredWithTheLargestOneBelow() {
        assertThat(history.endOffsetFor(3, 20)).isEqualTo(new EpochEnd(2, 10));
        assertThat(history.endOffsetFor(9, 20)).isEqualTo(new EpochEnd(7, 20));
        assertThat(history.endOffsetFor(1, 20)).isEqualTo(new EpochEnd(1, 0));
        assertThat(history.endOffsetFor(-1, 20)).isEqualTo(new EpochEnd(-1, -1));
        assertThat(EpochHistory.EMPTY.endOffsetFor(3, 20)).isEqualTo(new EpochEnd(-1, -1));
    }

    @Test
    void truncationFollowsTheLog() {
        assertThat(history.truncateFromEnd(15).entries()).containsExactly(new Entry(2, 0), new Entry(4, 10));
        assertThat(history.truncateFromEnd(16)).isSameAs(history);
        assertThat(history.truncateFromStart(12).entries()).containsExactly(new Entry(4, 12), new Entry(7, 15));
        assertThat(history.truncateFromStart(15).entries()).containsExactly(new Entry(7, 15));
    }

    /** A leader that wrote nothing notes its epoch all the same, and may go on as a follower with records of the one before. */
    @Test
    void whereAnEpochBeganIsKeptWhenOneWithoutRecordsIsDropped() {
        EpochHistory led = history.assign(8, 20);
        assertThat(led.assign(7, 20).entries()).isEqualTo(history.entries());
        assertThat(led.assign(9, 20).entries()).endsWith(new Entry(7, 15), new Entry(9, 20));
        assertThat(led.assign(5, 20).entries()).endsWith(new Entry(4, 10), new Entry(5, 20));
    }

    @Test
    void theFileIsKafkas(@TempDir Path directory) throws IOException {
        EpochCheckpoint file = new EpochCheckpoint(new NioFileSystem(), directory);
        assertThat(file.read().entries()).isEmpty();
        file.write(history);
        assertThat(Files.readString(directory.resolve("leader-epoch-checkpoint")))
                .isEqualTo("0\n3\n2 0\n4 10\n7 15\n");
        assertThat(file.read().entries()).isEqualTo(history.entries());
    }

    /** The twin keeps the epoch of every single offset. */
    @Test
    void agreesWithAListOfEveryOffsetsEpoch() {
        Check.forAll(500, SplittableRandom::nextLong, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            EpochHistory subject = EpochHistory.EMPTY;
            List<Integer> twin = new ArrayList<>();
            int epoch = 0;
            for (int step = 0; step < 60; step++) {
                if (random.nextInt(5) == 0) {
                    int end = random.nextInt(twin.size() + 1);
                    twin.subList(end, twin.size()).clear();
                    subject = subject.truncateFromEnd(end);
                } else {
                    epoch += random.nextInt(3);
                    subject = subject.assign(epoch, twin.size());
                    for (int i = random.nextInt(1, 4); i > 0; i--) twin.add(epoch);
                }
                for (int asked = 0; asked <= epoch + 1; asked++) {
                    assertThat(subject.endOffsetFor(asked, twin.size())).isEqualTo(slow(twin, asked));
                }
                for (int offset = 0; offset < twin.size(); offset++) {
                    assertThat(subject.epochAt(offset)).hasValue(twin.get(offset));
                }
            }
        });
    }

    private static EpochEnd slow(List<Integer> epochs, int asked) {
        if (epochs.isEmpty()) return new EpochEnd(-1, -1);
        int largest =
                epochs.stream().filter(e -> e <= asked).mapToInt(e -> e).max().orElse(-1);
        if (largest < 0) return new EpochEnd(asked, 0);
        return new EpochEnd(largest, epochs.lastIndexOf(largest) + 1L);
    }
}
