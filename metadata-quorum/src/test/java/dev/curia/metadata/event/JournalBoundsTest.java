package dev.curia.metadata.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.metadata.event.JournalBounds.Entry;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class JournalBoundsTest {
    private final JournalBounds bounds = new JournalBounds(new EventSettings(10, Duration.ofSeconds(60)));

    @Test
    void oldestBatchesGoWhenThereAreTooMany() {
        assertThat(bounds.add(new Entry(1, 4, 0))).isEmpty();
        assertThat(bounds.add(new Entry(2, 6, 0))).isEmpty();
        assertThat(bounds.add(new Entry(3, 5, 0))).containsExactly(new Entry(1, 4, 0), new Entry(2, 6, 0));
    }

    @Test
    void oldestBatchesGoWhenTheyAreTooOld() {
        bounds.add(new Entry(1, 1, 0));
        bounds.add(new Entry(2, 1, 30_000));
        assertThat(bounds.add(new Entry(3, 1, 60_001))).containsExactly(new Entry(1, 1, 0));
    }

    @Test
    void newestBatchStaysHoweverLargeItIs() {
        assertThat(bounds.add(new Entry(1, 100, 0))).isEmpty();
        assertThat(bounds.add(new Entry(2, 100, 0))).containsExactly(new Entry(1, 100, 0));
    }

    @Test
    void beginsAnewWithWhatIsStored() {
        bounds.add(new Entry(1, 9, 0));
        bounds.reset(List.of(new Entry(5, 8, 0)));
        assertThat(bounds.add(new Entry(6, 2, 0))).isEmpty();
        assertThat(bounds.add(new Entry(7, 1, 0))).containsExactly(new Entry(5, 8, 0));
    }
}
