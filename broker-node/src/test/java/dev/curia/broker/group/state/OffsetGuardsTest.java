package dev.curia.broker.group.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.group.state.TxnOffsetCommit.Guard;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class OffsetGuardsTest {
    private final OffsetGuards guards = new OffsetGuards();

    @Test
    void aMarkerOvertakesTheQuestionsOfItsProducerThatAreOpen() {
        Guard first = guards.hold(7);
        Guard second = guards.hold(7);
        Guard another = guards.hold(8);
        assertThat(guards.release(first)).isEqualTo(Errors.NONE);
        guards.markerComes(7);
        Guard later = guards.hold(7);
        assertThat(guards.release(second)).isEqualTo(Errors.INVALID_TXN_STATE);
        assertThat(guards.release(another)).isEqualTo(Errors.NONE);
        assertThat(guards.release(later)).isEqualTo(Errors.NONE);
    }

    @Test
    void whatAnotherCoordinatorHeldMeansNothing() {
        assertThat(new OffsetGuards().release(guards.hold(7))).isEqualTo(Errors.NOT_COORDINATOR);
    }
}
