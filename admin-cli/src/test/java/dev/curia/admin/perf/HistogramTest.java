package dev.curia.admin.perf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HistogramTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void quantilesAreThoseOfTheSortedListButForARounding(long seed) {
        Random random = new Random(seed);
        Histogram histogram = new Histogram();
        List<Long> all = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            long value = (long) Math.exp(random.nextDouble() * 30);
            histogram.record(value);
            all.add(value);
        }
        all.sort(null);
        for (double share : new double[] {0.001, 0.5, 0.9, 0.99, 0.999, 1}) {
            long exact = all.get((int) Math.ceil(share * all.size()) - 1);
            assertThat(histogram.quantileNanos(share)).as("of %s", share).isBetween(exact, exact + exact / 64 + 1);
        }
        assertThat(histogram.maxNanos()).isEqualTo(all.get(all.size() - 1));
        assertThat(histogram.count()).isEqualTo(10_000);
    }

    @Test
    void theSmallestAndTheLargestHaveAPlace() {
        Histogram histogram = new Histogram();
        assertThat(histogram.quantileNanos(0.5)).isZero();
        histogram.record(-5);
        histogram.record(0);
        histogram.record(Long.MAX_VALUE);
        assertThat(histogram.quantileNanos(0.5)).isZero();
        assertThat(histogram.quantileNanos(1)).isEqualTo(Long.MAX_VALUE);
        Histogram sum = new Histogram();
        sum.add(histogram);
        histogram.clear();
        assertThat(histogram.count()).isZero();
        assertThat(sum.count()).isEqualTo(3);
    }

    @Test
    void anOpenLoadIsDueAtItsTimeWhateverHappens() {
        Pace open = new Pace(1000, 5_000_000_000L);
        assertThat(open.dueNanos(0, 0)).isEqualTo(5_000_000_000L);
        assertThat(open.dueNanos(1500, 99)).isEqualTo(6_500_000_000L);
        Pace closed = new Pace(0, 5);
        assertThat(closed.isOpen()).isFalse();
        assertThat(closed.dueNanos(1500, 99)).isEqualTo(99);
    }

    @Test
    void ratesAreOfTheTimeUntilTheLastRecord() {
        long[] now = {0};
        Clock clock = new Clock() {
            @Override
            public long monotonicNanos() {
                return now[0];
            }

            @Override
            public long wallMillis() {
                return 0;
            }
        };
        List<Report> told = new ArrayList<>();
        Meter meter = new Meter(
                clock, Duration.ofSeconds(1), report -> told.add(new Report(report.records(), 0, 0, new Histogram())));
        for (int i = 1; i <= 10; i++) {
            now[0] = i * 500_000_000L;
            meter.done(1 << 20, 2_000_000);
        }
        Report total = meter.total();
        assertThat(told).extracting(Report::records).containsExactly(2L, 2L, 2L, 2L, 2L);
        assertThat(total.line()).startsWith("10 records, 2.0 records/s, 2.00 MiB/s, latency p50 2.00 ms");
    }
}
