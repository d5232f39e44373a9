package dev.curia.log.clean;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.log.clean.SegmentGroups.Size;
import java.util.List;
import org.junit.jupiter.api.Test;

class SegmentGroupsTest {
    private static final CompactionPolicy POLICY =
            new CompactionPolicy(0, 0, Long.MAX_VALUE, 0.5, 1_000, Integer.MAX_VALUE, 100);

    @Test
    void neighboursThatFitOneSegmentAreMerged() {
        List<Size> segments =
                List.of(new Size(0, 10, 400), new Size(10, 20, 600), new Size(20, 30, 1), new Size(30, 40, 999));

        assertThat(SegmentGroups.of(segments, POLICY)).containsExactly(2, 2);
    }

    @Test
    void oneThatIsTooLargeStaysAlone() {
        List<Size> segments = List.of(new Size(0, 10, 5_000), new Size(10, 20, 600), new Size(20, 30, 5_000));

        assertThat(SegmentGroups.of(segments, POLICY)).containsExactly(1, 1, 1);
    }

    @Test
    void offsetsMustFitTheIndex() {
        long far = Integer.MAX_VALUE;
        List<Size> segments = List.of(new Size(0, 10, 1), new Size(10, far + 1, 1), new Size(far + 1, far + 2, 1));

        assertThat(SegmentGroups.of(segments, POLICY)).containsExactly(2, 1);
    }

    @Test
    void theMergedIndexMustFit() {
        CompactionPolicy smallIndex = new CompactionPolicy(0, 0, Long.MAX_VALUE, 0.5, 1_000, 48, 100);
        List<Size> segments = List.of(new Size(0, 10, 300), new Size(10, 20, 200), new Size(20, 30, 200));

        assertThat(SegmentGroups.of(segments, smallIndex)).containsExactly(1, 2);
    }

    @Test
    void nothingGivesNoGroup() {
        assertThat(SegmentGroups.of(List.of(), POLICY)).isEmpty();
    }
}
