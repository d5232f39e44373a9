package dev.curia.metadata.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.loop.EventLoop;
import dev.curia.common.net.HostPort;
import dev.curia.testkit.Await;
import dev.curia.testkit.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SuccessionTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Succession.Leader LEADER = new Succession.Leader(2, new HostPort("b", 1));
    private static final Succession.Leader ANOTHER = new Succession.Leader(1, new HostPort("a", 1));

    private final List<Throwable> faults = new CopyOnWriteArrayList<>();
    private final ManualClock clock = new ManualClock();
    private final EventLoop loop = new EventLoop("quorum-events", 100, clock, (what, cause) -> faults.add(cause));
    private final List<Succession.Leader> stoodFor = new CopyOnWriteArrayList<>();
    private final List<HostPort> watching = new CopyOnWriteArrayList<>();
    private volatile Optional<Succession.Leader> leader = Optional.of(LEADER);
    private volatile @Nullable Runnable gone;

    @BeforeEach
    void start() {
        loop.start();
    }

    @AfterEach
    void stop() {
        loop.close();
        assertThat(faults).isEmpty();
    }

    @Test
    void theFirstOfTheOthersStandsAtOnce() {
        node(1);
        leaderIsGone();
        leaderIsGone();
        assertThat(stoodFor).containsExactly(LEADER);
    }

    @Test
    void theNextGivesItATurnAndStandsWhenNobodyWasElected() {
        node(3);
        leaderIsGone();
        assertThat(stoodFor).isEmpty();
        leader = Optional.empty();
        timePasses();
        assertThat(stoodFor).containsExactly(LEADER);
    }

    @Test
    void theNextDoesNotStandWhenTheFirstWasElected() {
        node(3);
        leaderIsGone();
        leader = Optional.of(ANOTHER);
        timePasses();
        assertThat(stoodFor).isEmpty();
    }

    @Test
    void whoLeadsIsWatchedAndNobodyElse() {
        Succession succession = node(3);
        assertThat(watching).containsExactly(LEADER.address());
        leader = Optional.of(ANOTHER);
        onLoop(succession::check);
        assertThat(watching).containsExactly(ANOTHER.address());
        leader = Optional.empty(); // nobody, or this node
        onLoop(succession::check);
        assertThat(watching).isEmpty();
    }

    @Test
    void lateNewsOfAFormerLeaderIsNoReasonToStand() {
        Succession succession = node(1);
        Runnable late = gone;
        leader = Optional.of(new Succession.Leader(3, new HostPort("c", 1)));
        onLoop(succession::check);
        gone = late;
        leaderIsGone();
        assertThat(stoodFor).isEmpty();
    }

    private Succession node(int id) {
        Succession.Quorum quorum = new Succession.Quorum() {
            @Override
            public Optional<Succession.Leader> leader() {
                return leader;
            }

            @Override
            public List<Integer> voterIds() {
                return List.of(3, 2, 1);
            }

            @Override
            public void stand(Succession.Leader inPlaceOf) {
                stoodFor.add(inPlaceOf);
            }
        };
        Succession succession = new Succession(
                id,
                quorum,
                (address, then) -> {
                    watching.add(address);
                    gone = then;
                    return () -> watching.remove(address);
                },
                loop);
        onLoop(succession::check);
        return succession;
    }

    private void leaderIsGone() {
        Runnable told = gone;
        if (told == null) throw new AssertionError("nobody is watched");
        told.run();
        timePasses(Duration.ZERO);
    }

    private void timePasses() {
        timePasses(Duration.ofSeconds(1));
    }

    /** Timers that are due have fired afterwards. */
    private void timePasses(Duration time) {
        onLoop(() -> {}); // what waits in the inbox may set timers
        CompletableFuture<Void> last = new CompletableFuture<>();
        onLoop(() -> loop.schedule(time.toNanos(), () -> last.complete(null)));
        clock.advance(time);
        Await.until("the last timer fired", SOON, last::isDone);
    }

    private void onLoop(Runnable task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.submit(() -> {
            task.run();
            done.complete(null);
        });
        Await.until("the loop has run a task", SOON, done::isDone);
    }
}
