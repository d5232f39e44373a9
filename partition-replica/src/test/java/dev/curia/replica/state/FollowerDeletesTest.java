package dev.curia.replica.state;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FollowerDeletesTest {
    @Test
    void nothingMayGoBeforeTheLeaderHasSpoken() {
        assertThat(FollowerDeletes.start(40)).isEqualTo(new FollowerDeletes(0, 40));
    }

    @Test
    void whatTheLeaderSaidLastCountsEvenIfItIsLess() {
        FollowerDeletes deletes = FollowerDeletes.start(0).heard(10, 100, 50, 0);
        assertThat(deletes.replicatedOffset()).isEqualTo(50);
        assertThat(deletes.heard(20, 100, 30, 0).replicatedOffset()).isEqualTo(30);
    }

    @Test
    void whoCopiesFromWhereDeletesAreMissingInheritsThat() {
        FollowerDeletes before = FollowerDeletes.start(40);
        assertThat(before.heard(70, 100, 50, 80).removedTo())
                .as("records from before 80")
                .isEqualTo(80);
        assertThat(before.heard(80, 100, 50, 80).removedTo())
                .as("records from behind it")
                .isEqualTo(40);
        assertThat(before.heard(70, 0, 50, 80).removedTo()).as("no records").isEqualTo(40);
        assertThat(before.heard(10, 100, 50, 30).removedTo())
                .as("own compaction went further")
                .isEqualTo(40);
    }
}
