package dev.curia.broker.txn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.txn.MarkerLinks.Addressed;
import dev.curia.broker.txn.state.EndedTxn;
import dev.curia.common.id.PartitionId;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.loop.EventLoop;
import dev.curia.replica.Replica;
import dev.curia.replica.Replicas;
import dev.curia.testkit.ManualClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** Markers on their way to leaders at other brokers, with answers and time as the test wants them. */
class MarkerWriterTest {
    private static final TopicPartition P0 = new TopicPartition("t", 0);
    private static final TopicPartition P1 = new TopicPartition("t", 1);

    private final ManualClock clock = new ManualClock();
    private final List<Turn> turns = new ArrayList<>();
    private final Map<TopicPartition, Integer> leaders = new HashMap<>(Map.of(P0, 2, P1, 3));
    private final Map<Integer, List<List<Addressed>>> calls = new LinkedHashMap<>();
    private final Map<Integer, Queue<CompletableFuture<List<Errors>>>> answers = new HashMap<>();
    private final List<EndedTxn> written = new ArrayList<>();
    private final EventLoop loop = EventLoop.driven(
            "markers",
            100,
            clock,
            (what, cause) -> {
                throw new AssertionError(what, cause);
            },
            (delay, turn) -> turns.add(new Turn(clock.monotonicNanos() + delay, turn)));
    private final MarkerWriter writer = new MarkerWriter(
            new MarkerWriter.Ports(
                    new Leaders(),
                    new LocalMarkers(new NoReplicas(), clock, new NoOwner()),
                    this::call,
                    clock,
                    new TxnMetrics(new SimpleMeterRegistry())),
            loop,
            written::add);

    @Test
    void aTransactionIsDoneWhenEveryPartitionHasItsMarker() {
        loop.start();
        writer.write(ended("a", P0, P1));
        run();
        assertThat(calls).containsOnlyKeys(2, 3);
        answer(2, Errors.NONE);
        assertThat(written).isEmpty();
        answer(3, Errors.NONE);
        assertThat(written).containsExactly(ended("a", P0, P1));
    }

    @Test
    void whatIsRefusedOrLostIsSentAgainToWhoeverLeadsThen() {
        loop.start();
        writer.write(ended("a", P0));
        run();
        answer(2, Errors.NOT_LEADER_OR_FOLLOWER);
        leaders.put(P0, 3);
        pass(Duration.ofSeconds(1));
        fail(3);
        pass(Duration.ofSeconds(1));
        answer(3, Errors.TRANSACTION_COORDINATOR_FENCED);
        pass(Duration.ofSeconds(1));
        answer(3, Errors.NONE);
        assertThat(written).hasSize(1);
        assertThat(sent(2)).hasSize(1);
        assertThat(sent(3)).hasSize(3);
    }

    @Test
    void aLogWhoseProducerHasGoneOnNeedsNoMarker() {
        loop.start();
        writer.write(ended("a", P0, P1));
        run();
        answer(2, Errors.INVALID_PRODUCER_EPOCH);
        answer(3, Errors.NONE);
        assertThat(written).hasSize(1);
    }

    @Test
    void aPartitionThatIsGoneNeedsNoMarkerButANewOneDoes() {
        loop.start();
        leaders.remove(P0);
        writer.write(ended("a", P0));
        run();
        pass(Duration.ofSeconds(4));
        assertThat(written).isEmpty();
        leaders.put(P0, 2);
        pass(Duration.ofSeconds(1));
        assertThat(calls).containsOnlyKeys(2);
        answer(2, Errors.NONE);
        assertThat(written).hasSize(1);
        leaders.remove(P1);
        writer.write(ended("b", P1));
        run();
        for (int i = 0; i < 7; i++) pass(Duration.ofSeconds(1));
        assertThat(written).hasSize(2);
    }

    @Test
    void aCoordinatorThatResignedSendsNoMore() {
        loop.start();
        writer.write(ended("a", P0));
        run();
        writer.forget(3, 1);
        run();
        answer(2, Errors.NOT_ENOUGH_REPLICAS);
        pass(Duration.ofSeconds(2));
        assertThat(sent(2)).hasSize(1);
        assertThat(written).isEmpty();
    }

    @Test
    void theSameTwiceIsSentOnceAndWhatWaitsForABrokerGoesTogether() {
        loop.start();
        writer.write(ended("a", P0));
        writer.write(ended("a", P0));
        writer.write(ended("b", P0));
        writer.write(ended("c", P0));
        run();
        assertThat(sent(2)).hasSize(1);
        answer(2, Errors.NONE);
        assertThat(sent(2)).hasSize(2);
        assertThat(sent(2).get(1)).hasSize(2);
        answer(2, Errors.NONE, Errors.NONE);
        assertThat(written).hasSize(3);
    }

    private static EndedTxn ended(String id, TopicPartition... partitions) {
        return new EndedTxn(3, 1, id, 100, (short) 0, true, false, Set.of(partitions));
    }

    private CompletableFuture<List<Errors>> call(int broker, List<Addressed> markers) {
        calls.computeIfAbsent(broker, b -> new ArrayList<>()).add(markers);
        CompletableFuture<List<Errors>> answer = new CompletableFuture<>();
        answers.computeIfAbsent(broker, b -> new ArrayDeque<>()).add(answer);
        return answer;
    }

    private List<List<Addressed>> sent(int broker) {
        return calls.getOrDefault(broker, List.of());
    }

    private void answer(int broker, Errors... errors) {
        Objects.requireNonNull(answers.get(broker)).remove().complete(List.of(errors));
        run();
    }

    private void fail(int broker) {
        Objects.requireNonNull(answers.get(broker))
                .remove()
                .completeExceptionally(new IllegalStateException("not reached"));
        run();
    }

    private void pass(Duration time) {
        clock.advance(time);
        run();
    }

    /** What is due. */
    private void run() {
        for (Optional<Turn> next = due(); next.isPresent(); next = due()) {
            turns.remove(next.get());
            next.get().run.run();
        }
    }

    private Optional<Turn> due() {
        return turns.stream()
                .filter(turn -> turn.atNanos <= clock.monotonicNanos())
                .findFirst();
    }

    private record Turn(long atNanos, Runnable run) {}

    private final class Leaders implements MarkerLeaders {
        @Override
        public int self() {
            return 1;
        }

        @Override
        public OptionalInt leaderOf(TopicPartition partition) {
            Integer leader = leaders.get(partition);
            return leader == null ? OptionalInt.empty() : OptionalInt.of(leader);
        }
    }

    private static final class NoReplicas implements Replicas {
        @Override
        public Optional<Replica> find(TopicPartition partition) {
            return Optional.empty();
        }

        @Override
        public Optional<Replica> find(PartitionId partition) {
            return Optional.empty();
        }
    }

    private static final class NoOwner implements LocalMarkers.Owner {
        @Override
        public String topic() {
            return "__consumer_offsets";
        }

        @Override
        public CompletableFuture<Errors> write(int partition, Marker marker) {
            return CompletableFuture.completedFuture(Errors.NOT_COORDINATOR);
        }
    }
}
