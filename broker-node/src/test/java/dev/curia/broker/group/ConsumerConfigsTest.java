package dev.curia.broker.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.broker.group.state.ConsumerSettings.Timing;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConsumerConfigsTest {
    private static Timing timing(Map<String, String> broker, Map<String, String> group) {
        return ConsumerConfigs.settings(broker, groupId -> groupId.equals("g") ? group : Map.of())
                .timing()
                .apply("g");
    }

    @Test
    void whatAGroupDoesNotSetIsTheBrokers() {
        Map<String, String> broker =
                Map.of("group.consumer.session.timeout.ms", "50000", "group.consumer.heartbeat.interval.ms", "6000");
        assertThat(timing(broker, Map.of())).isEqualTo(new Timing(50_000, 6_000));
        assertThat(timing(broker, Map.of("consumer.session.timeout.ms", "48000")))
                .isEqualTo(new Timing(48_000, 6_000));
        assertThat(timing(broker, Map.of("consumer.heartbeat.interval.ms", "5500")))
                .isEqualTo(new Timing(50_000, 5_500));
    }

    @Test
    void aGroupStaysWithinTheBrokersLimits() {
        Map<String, String> low = Map.of("consumer.session.timeout.ms", "1", "consumer.heartbeat.interval.ms", "1");
        assertThat(timing(Map.of(), low)).isEqualTo(new Timing(45_000, 5_000));
        Map<String, String> high =
                Map.of("consumer.session.timeout.ms", "900000", "consumer.heartbeat.interval.ms", "800000");
        assertThat(timing(Map.of(), high)).isEqualTo(new Timing(60_000, 15_000));
    }

    @Test
    void heartbeatsComeBeforeTheSessionEnds() {
        Map<String, String> broker = Map.of("group.consumer.min.session.timeout.ms", "1000");
        assertThat(timing(broker, Map.of("consumer.session.timeout.ms", "3000")))
                .isEqualTo(new Timing(3_000, 2_999));
    }

    @Test
    void aBrokerOutsideItsOwnLimitsDoesNotStart() {
        assertThatThrownBy(() -> timing(Map.of("group.consumer.session.timeout.ms", "1000"), Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("group.consumer.session.timeout.ms is 1000");
    }
}
