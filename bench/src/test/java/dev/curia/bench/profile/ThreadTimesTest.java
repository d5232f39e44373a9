package dev.curia.bench.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.curia.bench.profile.ThreadTimes.OfThread;
import dev.curia.bench.profile.ThreadTimes.Times;
import java.util.List;
import org.junit.jupiter.api.Test;

class ThreadTimesTest {
    @Test
    void threadsOfOneKindAreOneRow() {
        ThreadTimes times = ThreadTimes.of(List.of(
                new OfThread("partition-loop-", "1 2 3\n"),
                new OfThread("partition-loop-1", "10 20 30\n"),
                new OfThread("log-flush #2", "5 6 7\n")));
        assertThat(times.kinds())
                .containsOnly(entry("partition-loop", new Times(11, 22, 33)), entry("log-flush", new Times(5, 6, 7)));
    }

    @Test
    void onlyWhatCameSinceCounts() {
        ThreadTimes before = ThreadTimes.of(List.of(new OfThread("a", "1 2 3")));
        ThreadTimes after = ThreadTimes.of(List.of(new OfThread("a", "11 22 33"), new OfThread("b", "4 5 6")));
        assertThat(after.since(before).kinds())
                .containsEntry("a", new Times(10, 20, 30))
                .containsEntry("b", new Times(4, 5, 6));
    }

    @Test
    void theBusiestAreTold() {
        ThreadTimes times = ThreadTimes.of(
                List.of(new OfThread("idle", "0 0 0"), new OfThread("busy", "500000000 250000000 1000")));
        assertThat(times.text(1)).startsWith("`busy` 50 + 25 % (0.25 ms each time), `idle` 0 + 0 % (0.00 ms");
    }
}
