package dev.curia.metadata.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.net.HostPort;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NodeChoiceTest {
    private static final HostPort A = new HostPort("a", 1);
    private static final HostPort B = new HostPort("b", 1);
    private static final HostPort C = new HostPort("c", 1);

    private final NodeChoice choice = new NodeChoice(List.of(A, B, C), List::of, new Random(1));

    @Test
    void everyNodeIsTriedInTurn() {
        HostPort first = choice.current();
        choice.failed(first, Optional.empty());
        HostPort second = choice.current();
        choice.failed(second, Optional.empty());
        assertThat(List.of(first, second, choice.current())).containsExactlyInAnyOrder(A, B, C);
    }

    @Test
    void aHintIsFollowedAtOnceAndWhenItFailsOnlyAfterAWait() {
        assertThat(hinted(B)).isZero();
        assertThat(choice.current()).isEqualTo(B);
        assertThat(choice.failed(B, Optional.empty())).isPositive();
        assertThat(hinted(B)).isPositive();
        assertThat(choice.current()).isEqualTo(B);
    }

    @Test
    void aNewControllerIsFoundAtOnceThoughTheOldWasHintedAtBefore() {
        hinted(A);
        choice.failed(A, Optional.empty());
        hinted(A);
        assertThat(hinted(C)).isZero();
        assertThat(choice.current()).isEqualTo(C);
    }

    @Test
    void nodesThatHintAtEachOtherAreNotAskedWithoutPause() {
        int atOnce = 0;
        for (int i = 0; i < 100; i++) if (hinted(i % 2 == 0 ? A : B) == 0) atOnce++;
        assertThat(atOnce).isLessThanOrEqualTo(2);
    }

    @Test
    void afterASuccessAllIsNew() {
        hinted(A);
        choice.worked();
        choice.failed(A, Optional.empty());
        assertThat(hinted(A)).isZero();
    }

    /** The current node fails with a hint; where that would be to itself, the next fails. */
    private long hinted(HostPort hint) {
        while (choice.current().equals(hint)) choice.failed(hint, Optional.empty());
        return choice.failed(choice.current(), Optional.of(hint));
    }
}
