package dev.curia.replica.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.replica.ReplicaAssignment;
import dev.curia.replica.state.OfflineCause.Remedy;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OfflineCauseTest {
    private static final int SELF = 1;

    private static ReplicaAssignment assignment(int leader, List<Integer> isr) {
        return new ReplicaAssignment(
                new PartitionId(new Uuid(1, 1), 0),
                new TopicPartition("t", 0),
                leader,
                5,
                9,
                List.of(1, 2, 3),
                isr,
                List.of(),
                Map.of());
    }

    /** All cases there are: bytes are given up only out of the ISR, under another's leadership, and once the controller knows. */
    @Test
    void whatIsStoredIsGivenUpOnlyWhenNobodyCountsOnIt() {
        for (OfflineCause cause : OfflineCause.values()) {
            for (int leader : List.of(-1, 1, 2)) {
                for (List<Integer> isr : List.of(List.of(1), List.of(1, 2), List.of(2), List.of(2, 3))) {
                    for (int bits = 0; bits < 4; bits++) {
                        boolean acted = (bits & 1) != 0;
                        boolean current = (bits & 2) != 0;
                        Remedy remedy = cause.remedy(assignment(leader, isr), SELF, acted, current);
                        boolean dispensable = acted && leader == 2 && !isr.contains(SELF);
                        boolean lost = cause == OfflineCause.DAMAGED
                                || cause == OfflineCause.DIRECTORY_FAILED
                                || cause == OfflineCause.MISSING;
                        assertThat(remedy == Remedy.REPLACE).isEqualTo(lost && dispensable);
                    }
                }
            }
        }
    }

    @Test
    void whatIsWholeIsOpenedWhenItCanBe() {
        ReplicaAssignment last = assignment(-1, List.of(1));
        assertThat(OfflineCause.NO_SPACE.remedy(last, SELF, true, true)).isEqualTo(Remedy.OPEN);
        assertThat(OfflineCause.NO_SPACE.remedy(last, SELF, false, true)).isEqualTo(Remedy.WAIT);
        assertThat(OfflineCause.METADATA_BEHIND.remedy(last, SELF, false, false))
                .isEqualTo(Remedy.WAIT);
        assertThat(OfflineCause.METADATA_BEHIND.remedy(last, SELF, false, true)).isEqualTo(Remedy.OPEN);
        assertThat(OfflineCause.BROKEN.remedy(assignment(2, List.of(2)), SELF, true, true))
                .isEqualTo(Remedy.WAIT);
    }
}
