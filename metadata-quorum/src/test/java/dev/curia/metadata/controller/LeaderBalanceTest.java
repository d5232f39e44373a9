package dev.curia.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.metadata.Fixtures;
import dev.curia.metadata.controller.BrokerSessions.Decider;
import dev.curia.metadata.decide.Decision;
import dev.curia.metadata.image.MetadataImage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

final class LeaderBalanceTest {
    private static final long SECOND = 1_000_000_000;

    /** Answers when told to. */
    private static final class Decisions implements Decider {
        private final Deque<Consumer<Answer<Integer>>> waiting = new ArrayDeque<>();
        private int asked;

        @Override
        @SuppressWarnings("unchecked") // only balances are decided here
        public <R> void decide(Function<MetadataImage, Decision<R>> decide, Consumer<Answer<R>> answer) {
            asked++;
            waiting.add((Consumer<Answer<Integer>>) (Consumer<?>) answer);
        }

        void answer(int elections) {
            waiting.remove().accept(new Answer.Done<>(elections));
        }
    }

    private final Decisions decisions = new Decisions();

    @Test
    void looksOnceAnIntervalAndNeverTwiceAtATime() {
        LeaderBalance balance = balance(true);
        balance.start(0);
        balance.tick(9 * SECOND);
        assertThat(decisions.asked).isZero();
        balance.tick(10 * SECOND);
        balance.tick(30 * SECOND);
        assertThat(decisions.asked).isEqualTo(1);
        decisions.answer(3);
        balance.tick(30 * SECOND);
        assertThat(decisions.asked).isEqualTo(2);
    }

    @Test
    void goesOnAtOnceWhileThereMayBeMore() {
        LeaderBalance balance = balance(true);
        balance.start(0);
        balance.tick(10 * SECOND);
        decisions.answer(LeaderBalance.AT_ONCE);
        balance.tick(10 * SECOND + 1);
        assertThat(decisions.asked).isEqualTo(2);
        decisions.answer(1);
        balance.tick(10 * SECOND + 2);
        assertThat(decisions.asked).isEqualTo(2);
    }

    @Test
    void doesNothingWhenSwitchedOff() {
        LeaderBalance balance = balance(false);
        balance.start(0);
        balance.tick(100 * SECOND);
        assertThat(decisions.asked).isZero();
    }

    private LeaderBalance balance(boolean enabled) {
        return new LeaderBalance(
                new LeaderBalance.Config(enabled, Duration.ofSeconds(10)), decisions, Fixtures.ALL_ONLINE);
    }
}
