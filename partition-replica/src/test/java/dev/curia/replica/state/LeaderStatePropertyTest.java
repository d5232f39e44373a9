package dev.curia.replica.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.state.Effect.AdvanceHighWatermark;
import dev.curia.replica.state.Effect.ProposeIsr;
import dev.curia.replica.state.LeaderState.LogEnd;
import dev.curia.replica.state.LeaderState.Membership;
import dev.curia.replica.state.LeaderState.Settings;
import dev.curia.replica.state.LeaderState.Step;
import dev.curia.testkit.Check;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Random events against a leader, its controller and a slow twin of the watermark rule. Names carry the invariants' ids. */
class LeaderStatePropertyTest {
    private static final Membership NOTHING = new Membership(-1, List.of(), List.of(), false);

    private static final List<Integer> REPLICAS = List.of(1, 2, 3, 4);

    @Test
    void i23i24WatermarkAndIsrHoldUnderRandomEvents() {
        Check.forAll(400, SplittableRandom::split, random -> new Run(random, false).run(120));
    }

    /** The leader's own log counts as far as it is on disk. */
    @Test
    void i5WatermarkNeverPassesWhatTheLeaderHasOnDiskWhereThatIsPromised() {
        Check.forAll(400, SplittableRandom::split, random -> new Run(random, true).run(120));
    }

    /** One history. */
    private static final class Run {
        private final SplittableRandom random;
        private final Settings settings;
        private long flushed;
        private final Map<Integer, Long> acked = new HashMap<>();
        /** What the controller could have committed at this partition epoch: the twin of the maximal ISR. */
        private final Set<Integer> possible = new HashSet<>();

        private List<Integer> truth = List.of(1, 2, 3);
        private int truthEpoch = 1;
        private LeaderState state;
        private @Nullable ProposeIsr asked;
        private long now;
        private long twin;

        Run(SplittableRandom random, boolean fsynced) {
            this.random = random;
            this.settings = new Settings(2, 50, 5, fsynced, List.of());
            possible.addAll(truth);
            state = LeaderState.start(1, 1, new Membership(1, REPLICAS, truth, false), new LogEnd(0, 0), 0, settings, 0)
                    .next();
        }

        void run(int events) {
            for (int i = 0; i < events; i++) {
                now += random.nextInt(20);
                LeaderState before = state;
                Step step = event();
                state = step.next();
                check(before, step);
            }
        }

        private Step event() {
            int follower = 2 + random.nextInt(3);
            return switch (random.nextInt(9)) {
                case 0, 1 -> state.appended(state.logEndOffset() + 1 + random.nextInt(5), now);
                case 2 -> {
                    long position = random.nextLong(state.logEndOffset() + 1);
                    acked.put(follower, position);
                    yield state.attached(follower, 7, position, false, now);
                }
                case 3 -> state.detached(follower);
                case 4, 5 -> {
                    long offset = random.nextLong(state.logEndOffset() + 3);
                    if (offset <= state.logEndOffset()) acked.merge(follower, offset, Math::max);
                    yield state.acknowledged(follower, offset, now);
                }
                case 6 -> state.tick(now);
                case 7 -> {
                    flushed = Math.max(flushed, random.nextLong(state.logEndOffset() + 1));
                    yield state.flushed(flushed);
                }
                default -> verdict();
            };
        }

        private Step verdict() {
            if (asked == null) return state.tick(now);
            ProposeIsr proposal = asked;
            asked = null;
            boolean applied = random.nextBoolean() && proposal.partitionEpoch() == truthEpoch;
            if (applied) {
                truth = proposal.isr().stream().map(Effect.IsrMember::brokerId).toList();
                truthEpoch++;
                if (random.nextBoolean())
                    return settle(state.decided(
                            proposal.partitionEpoch(),
                            ErrorCode.NONE,
                            new Membership(truthEpoch, REPLICAS, truth, false),
                            now));
                state = state.decided(proposal.partitionEpoch(), ErrorCode.REQUEST_TIMED_OUT, NOTHING, now)
                        .next();
                return settle(state.assigned(new Membership(truthEpoch, REPLICAS, truth, false), settings, now));
            }
            return state.decided(proposal.partitionEpoch(), ErrorCode.NETWORK_EXCEPTION, NOTHING, now);
        }

        private Step settle(Step step) {
            possible.clear();
            possible.addAll(truth);
            return step;
        }

        private void check(LeaderState before, Step step) {
            for (Effect.OfLeader effect : step.effects()) {
                if (effect instanceof ProposeIsr p) {
                    asked = p;
                    List<Integer> ids = new ArrayList<>();
                    p.isr().forEach(m -> ids.add(m.brokerId()));
                    assertThat(REPLICAS).containsAll(ids);
                    assertThat(ids).contains(1).doesNotHaveDuplicates();
                }
            }
            // The twin first moves with the set as it was before this step's own proposal.
            if (state.isr().committed().size() >= 2) twin = Math.max(twin, smallest());
            ProposeIsr open = asked;
            if (open != null) open.isr().forEach(m -> possible.add(m.brokerId()));
            assertThat(state.highWatermark()).isEqualTo(twin);
            assertThat(state.highWatermark()).isBetween(before.highWatermark(), state.logEndOffset());
            assertThat(step.effects().stream()
                            .filter(AdvanceHighWatermark.class::isInstance)
                            .count())
                    .isEqualTo(state.highWatermark() > before.highWatermark() ? 1 : 0);
            assertThat(new HashSet<>(state.isr().maximal())).isEqualTo(possible);
            assertThat(state.isr().maximal()).containsAll(state.isr().committed());
        }

        private long smallest() {
            long smallest = settings.fsynced() ? flushed : state.logEndOffset();
            for (int id : possible) if (id != 1) smallest = Math.min(smallest, acked.getOrDefault(id, -1L));
            return smallest;
        }
    }
}
