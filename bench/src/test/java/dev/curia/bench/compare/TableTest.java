package dev.curia.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void aTableForEachGroup() {
        List<Comparison> comparisons = List.of(
                new Comparison(
                        Figure.less("One broker", "CPU-s per GB").withTarget(0.5),
                        new Sample(List.of(0.9, 0.8, 1.0)),
                        new Sample(List.of(3.0, 3.1, 2.9))),
                new Comparison(
                        Figure.more("Three", "MB/s").withTarget(2),
                        new Sample(List.of(150.0, 160.0)),
                        new Sample(List.of(101.0, 99.0))),
                new Comparison(
                        Figure.more("Three", "x"), new Sample(List.of(10_000.0)), new Sample(List.of(12.34, 99.0))));
        assertThat(Table.of(comparisons, "Curia", "Kafka")).isEqualTo("""
                ### One broker
                | | Curia | Kafka | Curia / Kafka | target |
                | --- | ---: | ---: | ---: | ---: |
                | CPU-s per GB | 0.90 (0.80–1.00) | 3.00 (2.90–3.10) | 0.30 | ≤ 0.50 |

                ### Three
                | | Curia | Kafka | Curia / Kafka | target |
                | --- | ---: | ---: | ---: | ---: |
                | MB/s | 155 (150–160) | 100 (99.0–101) | 1.55 | ≥ 2.00 missed |
                | x | 10,000 | 55.7 (12.3–99.0) | – |  |
                """);
    }
}
