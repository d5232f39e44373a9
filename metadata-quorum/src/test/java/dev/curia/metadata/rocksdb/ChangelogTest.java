package dev.curia.metadata.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.metadata.port.MetadataLog.Committed;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ChangelogTest {
    private final Changelog changelog = new Changelog(3, 100);

    @Test
    void aWatcherGetsWhatFollowsItsIndexUpToTheLimit() {
        add(2, 4, 7);
        assertThat(indexes(2, 10)).containsExactly(4L, 7L);
        assertThat(indexes(3, 1)).containsExactly(4L);
        assertThat(indexes(7, 10)).isEmpty();
        assertThat(indexes(99, 10)).isEmpty();
    }

    @Test
    void aWatcherOlderThanTheOldestBatchHasToStartFromAnImage() {
        add(2, 4, 7);
        assertThat(changelog.add(new Committed(9, List.of()), 1)).containsExactly(2L);
        assertThat(changelog.after(1, 10)).isEmpty();
        assertThat(indexes(2, 10)).containsExactly(4L, 7L, 9L);
    }

    @Test
    void bytesAreBoundedToo() {
        add(1, 2);
        assertThat(changelog.add(new Committed(3, List.of()), 99)).containsExactly(1L);
        assertThat(indexes(1, 10)).containsExactly(2L, 3L);
        assertThat(changelog.add(new Committed(4, List.of()), 101)).containsExactly(2L, 3L, 4L);
        assertThat(changelog.after(3, 10)).isEmpty();
        assertThat(indexes(4, 10)).isEmpty();
    }

    @Test
    void nothingBeforeAnInstalledImageIsKnown() {
        add(1, 2);
        changelog.reset(10);
        assertThat(changelog.after(9, 10)).isEmpty();
        assertThat(indexes(10, 10)).isEmpty();
    }

    private void add(long... indexes) {
        LongStream.of(indexes).forEach(index -> changelog.add(new Committed(index, List.of()), 1));
    }

    private List<Long> indexes(long after, int limit) {
        return changelog.after(after, limit).orElseThrow().stream()
                .map(Committed::index)
                .toList();
    }
}
