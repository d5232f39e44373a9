package dev.curia.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.log.DirectoryPlacement.Candidate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DirectoryPlacementTest {
    private static final long GB = 1L << 30;

    @Test
    void theMostFreeSpaceWins() {
        assertThat(DirectoryPlacement.choose(List.of(
                        new Candidate<>("a", 10 * GB, 0),
                        new Candidate<>("b", 100 * GB, 900),
                        new Candidate<>("c", 20 * GB, 0))))
                .contains("b");
    }

    @Test
    void amongThoseWithAboutAsMuchTheFewestPartitionsWin() {
        assertThat(DirectoryPlacement.choose(
                        List.of(new Candidate<>("a", 100 * GB, 11), new Candidate<>("b", 60 * GB, 10))))
                .contains("b");
        assertThat(DirectoryPlacement.choose(
                        List.of(new Candidate<>("a", 60 * GB, 10), new Candidate<>("b", 100 * GB, 10))))
                .contains("b");
        assertThat(DirectoryPlacement.choose(List.<Candidate<String>>of())).isEmpty();
    }

    @Test
    void manyThatAreMadeAtOnceAreSpreadThoughFreeSpaceDoesNotChange() {
        int[] partitions = new int[3];
        for (int i = 0; i < 99; i++) {
            List<Candidate<Integer>> candidates = new ArrayList<>();
            for (int d = 0; d < 3; d++) candidates.add(new Candidate<>(d, (80 + 10 * d) * GB, partitions[d]));
            partitions[DirectoryPlacement.choose(candidates).orElseThrow()]++;
        }
        assertThat(partitions).containsExactly(33, 33, 33);
    }
}
