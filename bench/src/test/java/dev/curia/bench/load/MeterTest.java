package dev.curia.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.time.SystemClock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MeterTest {
    @Test
    void tellsWhenItsWindowBeginsAndEnds() {
        List<String> told = new ArrayList<>();
        Window window = new Window() {
            @Override
            public void begin() {
                told.add("begin");
            }

            @Override
            public void end() {
                told.add("end");
            }
        };
        Meter meter = new Meter(new SystemClock(), new ServerUsage(List.of(), window));
        assertThat(told).isEmpty();
        meter.begin(5);
        assertThat(told).containsExactly("begin");
        assertThat(meter.end(7, 100).bytes()).isEqualTo(200);
        assertThat(told).containsExactly("begin", "end");
    }
}
