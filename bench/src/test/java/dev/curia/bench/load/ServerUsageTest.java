package dev.curia.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ServerUsageTest {
    @Test
    void processorTimeIsThatOfUserAndSystem() {
        String stat = "4242 (odd) name (x)) S 1 4242 4242 0 -1 4194560 90210 17 3 0 1234 566 8 9 20 0 41 0 1234567"
                + " 9059532800 261745";
        assertThat(ServerUsage.cpuSeconds(stat)).isEqualTo(18.0);
    }

    @Test
    void compilersAreTheJavaVirtualMachinesOwn() {
        assertThat(ServerUsage.isCompiler("4243 (C2 CompilerThre) S 1 4242")).isTrue();
        assertThat(ServerUsage.isCompiler("4244 (C1 CompilerThre) R 1 4242")).isTrue();
        assertThat(ServerUsage.isCompiler("4245 (partition-loop-) S 1 4242")).isFalse();
    }

    @Test
    void memoryIsTheResidentPart() {
        assertThat(ServerUsage.residentMegabytes("VmPeak:\t  999 kB\nVmRSS:\t  250000 kB\nRssAnon:\t 1 kB\n"))
                .isEqualTo(256.0);
        assertThatThrownBy(() -> ServerUsage.residentMegabytes("Name:\tx\nState:\tZ (zombie)\n"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void processesAreCountedTogether() {
        long own = ProcessHandle.current().pid();
        double one = new ServerUsage(List.of(own)).cpuSeconds();
        assertThat(one).isPositive();
        assertThat(new ServerUsage(List.of(own, own)).cpuSeconds()).isGreaterThanOrEqualTo(2 * one - 1e-6);
        assertThat(new ServerUsage(List.of(own)).residentMegabytes()).isBetween(10.0, 100_000.0);
    }
}
