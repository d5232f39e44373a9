package dev.curia.bench.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.bench.load.Work;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProfileTableTest {
    private static final Load LOAD = new Load("One broker: x", Unit.GIGABYTE, usage -> new Work(1, 1, 1, 1));

    private static Breakdown breakdown(Map<Frame, Integer> samples) {
        Breakdown breakdown = new Breakdown();
        samples.forEach((frame, count) -> {
            for (int i = 0; i < count; i++) breakdown.accept(new Sample("a", List.of(frame)));
        });
        return breakdown;
    }

    @Test
    void costsAreSharesOfWhatWasMeasuredWithoutCompilers() {
        Frame file = new Frame(true, "vfs_write", "[kernel.kallsyms]");
        Frame socket = new Frame(true, "tcp_recvmsg", "[kernel.kallsyms]");
        Frame java = new Frame(false, "int java.util.List.size()", "/tmp/perf-1.map");
        Breakdown curia = breakdown(Map.of(file, 3, socket, 1));
        curia.accept(new Sample("C2 CompilerThre", List.of(java)));
        Breakdown kafka = breakdown(Map.of(socket, 1_000, java, 3_000));
        assertThat(curia.samples()).isEqualTo(4);
        assertThat(ProfileTable.of(
                        LOAD,
                        "Curia",
                        new Profiled(0.8, 1.1, 4.0 / Perf.HERTZ, curia, "1 s"),
                        "Kafka",
                        new Profiled(2, 1.2, 5_000.0 / Perf.HERTZ, kafka, "2 s")))
                .isEqualTo("""
                        ### One broker: x
                        | CPU-s per GB | Curia | Kafka |
                        | --- | ---: | ---: |
                        | all | 0.80 | 2.00 |
                        | writing files | 0.60 | 0.00 |
                        | receiving | 0.20 | 0.50 |
                        | Java's library | 0.00 | 1.50 |
                        | their clients, besides | 1.10 | 1.20 |

                        Curia, most of 4 samples, which are 100 % of its time: `vfs_write (kernel)` 75.0 %, `tcp_recvmsg (kernel)` 25.0 %.

                        Kafka, most of 4,000 samples, which are 80 % of its time: `List.size` 75.0 %, `tcp_recvmsg (kernel)` 25.0 %.

                        Curia: 1 s

                        Kafka: 2 s
                        """);
    }

    @Test
    void smallThingsAreToldInMicroseconds() {
        Work work = new Work(1, 1_000, 1_024_000, 0.1);
        assertThat(Unit.REQUEST.cost(work)).isEqualTo(100);
        assertThat(Unit.GIGABYTE.cost(work)).isEqualTo(0.1 / 0.001024);
    }
}
