package dev.curia.broker.canary;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.canary.CanaryProbe.Result;
import dev.curia.broker.canary.CanaryView.Broker;
import dev.curia.broker.canary.CanaryView.Partition;
import dev.curia.common.time.Timers;
import dev.curia.testkit.ManualClock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Three brokers, of which the first has the canary; time goes by the round. */
class CanaryTest {
    private static final Duration ROUND = Duration.ofSeconds(10);

    private final ManualClock clock = new ManualClock();
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Queue<Runnable> due = new ArrayDeque<>();
    private final Map<Integer, Result> answers = new HashMap<>();
    private final List<String> changes = new ArrayList<>();
    private CanaryView view = new CanaryView(1, List.of(), List.of());
    private final Canary canary = new Canary(
            Map.of(),
            new Canary.Ports(() -> view, new Topic(), this::answer, new CanaryMetrics(meters, clock), timers(), clock));

    private Timers timers() {
        return (delayNanos, task) -> {
            assertThat(delayNanos).isEqualTo(ROUND.toNanos());
            due.add(task);
            return () -> {};
        };
    }

    private CompletableFuture<Result> answer(int broker, int partition, String value, Duration timeout) {
        assertThat(value).startsWith("from broker 1, round ");
        assertThat(timeout).isEqualTo(Duration.ofSeconds(5));
        clock.advance(Duration.ofMillis(3));
        return CompletableFuture.completedFuture(answers.getOrDefault(broker, Result.OK));
    }

    private final class Topic implements CanaryTopic {
        private CompletableFuture<?> did(String what) {
            changes.add(what);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<?> create(List<List<Integer>> replicas) {
            return did("create " + replicas);
        }

        @Override
        public CompletableFuture<?> add(int count, List<List<Integer>> replicas) {
            return did("add up to " + count + ": " + replicas);
        }

        @Override
        public CompletableFuture<?> reassign(Map<Integer, List<Integer>> replicas) {
            return did("reassign " + replicas);
        }

        @Override
        public CompletableFuture<?> electPreferred(List<Integer> partitions) {
            return did("elect " + partitions);
        }
    }

    private void leaders(int first, int second, int third) {
        List<Integer> leaders = List.of(first, second, third);
        List<Partition> partitions = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            List<Integer> replicas = List.of(i + 1, (i + 1) % 3 + 1, (i + 2) % 3 + 1);
            partitions.add(new Partition(replicas, replicas, leaders.get(i), false));
        }
        view = new CanaryView(1, brokers(true), partitions);
    }

    private static List<Broker> brokers(boolean thirdIsAlive) {
        return List.of(new Broker(1, true), new Broker(2, true), new Broker(3, thirdIsAlive));
    }

    private void round() {
        clock.advance(ROUND);
        Runnable next = due.remove();
        next.run();
    }

    private void tells(String series) {
        assertThat(meters.scrape()).contains(series + "\n");
    }

    @Test
    void aStoppedLeaderIsSeenWithinARoundAndHeals() {
        leaders(1, 2, 3);
        canary.start();
        round();
        for (int broker = 1; broker <= 3; broker++) tells("curia_canary_success{leader=\"" + broker + "\"} 1.0");
        tells("curia_canary_latency_seconds{leader=\"2\"} 0.003");
        tells("curia_canary_probe_seconds_count{leader=\"2\"} 1");

        answers.put(3, Result.UNREACHABLE);
        round();
        tells("curia_canary_success{leader=\"3\"} 0.0");
        tells("curia_canary_success{leader=\"2\"} 1.0");
        tells("curia_canary_probes_total{leader=\"3\",result=\"unreachable\"} 1.0");

        leaders(1, 2, 1); // others lead in its place, and it is still gone
        view = new CanaryView(1, brokers(false), view.partitions());
        round();
        tells("curia_canary_success{leader=\"3\"} 0.0");
        tells("curia_canary_probes_total{leader=\"3\",result=\"not_leading\"} 1.0");
        assertThat(meters.scrape()).containsPattern("curia_canary_last_success_age_seconds\\{leader=\"3\"} 20\\.");

        leaders(1, 2, 1);
        answers.clear();
        round();
        assertThat(changes).as("it is back, in sync, and does not lead").containsExactly("elect [2]");
        leaders(1, 2, 3);
        round();
        tells("curia_canary_success{leader=\"3\"} 1.0");
    }

    @Test
    void theTopicIsMadeBeforeAnythingIsToldOfBrokers() {
        view = new CanaryView(1, brokers(true), List.of());
        canary.start();
        round();

        assertThat(changes).containsExactly("create [[1, 2, 3], [2, 3, 1], [3, 1, 2]]");
        assertThat(meters.scrape()).doesNotContain("leader=");
    }

    @Test
    void aBrokerThatIsTakenAwayIsToldOfNoMore() {
        leaders(1, 2, 3);
        canary.start();
        round();
        view = new CanaryView(1, List.of(new Broker(1, true), new Broker(2, true)), view.partitions());
        round();

        assertThat(meters.scrape()).doesNotContain("curia_canary_success{leader=\"3\"}");
    }

    @Test
    void nothingIsDoneAfterTheEnd() {
        leaders(1, 2, 3);
        canary.start();
        canary.close();
        round();

        assertThat(due).isEmpty();
        assertThat(meters.scrape()).doesNotContain("leader=");
    }
}
