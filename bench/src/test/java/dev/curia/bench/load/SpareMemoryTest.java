package dev.curia.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpareMemoryTest {
    private static final long HELD = 10 << 20;

    @TempDir
    private Path directory;

    private long free = 100 << 20;

    @Test
    void givesUpAsMuchAsOthersTake() throws IOException {
        try (SpareMemory memory = new SpareMemory(directory, what -> free)) {
            memory.hold(HELD);
            memory.step();
            assertThat(memory.held()).isEqualTo(HELD);
            free -= 1 << 20;
            memory.step();
            assertThat(memory.held()).isEqualTo(HELD - (1 << 20));
        }
    }

    @Test
    void givesUpNothingForWhatOthersGaveUpBeforeButWhenItIsTakenAgain() throws IOException {
        try (SpareMemory memory = new SpareMemory(directory, what -> free)) {
            memory.hold(HELD);
            free += 5 << 20;
            memory.step();
            assertThat(memory.held()).isEqualTo(HELD);
            free -= 3 << 20;
            memory.step();
            assertThat(memory.held()).isEqualTo(HELD - (3 << 20));
        }
    }

    @Test
    void givesUpNoMoreThanItHas() throws IOException {
        try (SpareMemory memory = new SpareMemory(directory, what -> free)) {
            memory.hold(HELD);
            free -= 2 * HELD;
            memory.step();
            assertThat(memory.held()).isZero();
        }
    }

    @Test
    void takesOnlyWhatIsMissing() throws IOException {
        try (SpareMemory memory = new SpareMemory(directory, what -> free)) {
            memory.hold(HELD);
            memory.hold(HELD / 2);
            assertThat(memory.held()).isEqualTo(HELD);
            memory.hold(HELD + 1);
            assertThat(memory.held()).isEqualTo(HELD + 1);
        }
    }

    @Test
    void readsWhatLinuxTells() {
        String memory = "MemTotal:       24683620 kB\nMemFree:        23738804 kB\nMemAvailable:   24332216 kB\n";
        assertThat(SpareMemory.bytes(memory, "MemFree")).isEqualTo(23_738_804L << 10);
        assertThatThrownBy(() -> SpareMemory.bytes(memory, "Mem"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no Mem in");
    }
}
