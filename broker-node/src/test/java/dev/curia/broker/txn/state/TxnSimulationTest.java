package dev.curia.broker.txn.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.txn.state.AddPartitions.Kind;
import dev.curia.common.id.TopicPartition;
import dev.curia.testkit.Check;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random producers, several under each transactional id, over partitions that know epochs and markers as logs do, with coordinators that
 * come and go in every state. Batches may come late, when their transaction has ended. Transactions are all or nothing, an answered end is
 * the end, and none stays open.
 */
class TxnSimulationTest {
    private static final int STEPS = 300;
    private static final long OLD_PRODUCER = 50;
    private static final short NEARLY_LAST = Producer.LAST_EPOCH - 3;

    /** How leaders keep late batches of producers that name their partitions themselves from opening a transaction. */
    private enum Defence {
        NONE,
        ASKS,
        ASKS_AND_GUARDS
    }

    /** What the runs went through. */
    private static final class Coverage {
        final Set<TxnState> failedOverIn = EnumSet.noneOf(TxnState.class);
        int rotations;
        int forgotten;
    }

    @Test
    void transactionsAreAllOrNothingAndNoneHangs() {
        Coverage coverage = new Coverage();
        Check.forAll(400, random -> random, random -> new Run(random, Defence.ASKS_AND_GUARDS, coverage).run());
        assertThat(coverage.failedOverIn)
                .containsExactlyInAnyOrderElementsOf(EnumSet.complementOf(EnumSet.of(TxnState.DEAD)));
        assertThat(coverage.rotations)
                .as("producer ids whose epochs were exhausted")
                .isPositive();
        assertThat(coverage.forgotten).as("ids that expired").isPositive();
    }

    @ParameterizedTest
    @EnumSource(names = {"NONE", "ASKS"})
    void withoutTheWholeDefenceALateBatchIsSeenToHang(Defence defence) {
        assertThat(IntStream.range(0, 2000).filter(seed -> hangs(seed, defence)).findFirst())
                .isPresent();
    }

    private static boolean hangs(int seed, Defence defence) {
        try {
            new Run(new SplittableRandom(seed), defence, new Coverage()).run();
            return false;
        } catch (AssertionError violated) {
            return String.valueOf(violated.getMessage()).contains("open transactions of");
        }
    }

    /** A transaction as its producer knows it. */
    private static final class Open {
        int inFlight;
        /** A batch was refused: it can only be aborted. */
        boolean failed;

        final Set<TopicPartition> written = new LinkedHashSet<>();
        /** What was promised; null: nothing yet. */
        @Nullable
        Boolean committed;
    }

    /** One producer process. */
    private static final class Client {
        final String id;
        final boolean raises;
        long producerId = -1;
        short epoch = -1;
        boolean ready;
        Open open = new Open();

        Client(String id, boolean raises) {
            this.id = id;
            this.raises = raises;
        }
    }

    /** One batch on its way, and what its leader did about it. */
    private static final class Batch {
        final Client client;
        final long producerId;
        final short epoch;
        final Open open;
        final TopicPartition partition;
        boolean asked;
        Errors verified = Errors.NONE;
        int guard;

        Batch(Client client, TopicPartition partition) {
            this.client = client;
            this.producerId = client.producerId;
            this.epoch = client.epoch;
            this.open = client.open;
            this.partition = partition;
        }
    }

    /** What a leader has made part of a transaction. */
    private record Added(long producerId, short epoch, TopicPartition partition) {}

    /** What a log knows of a producer. */
    private static final class Entry {
        int markers;
        short epoch = -1;
        int coordinatorEpoch = -1;
        final List<Open> unstable = new ArrayList<>();
    }

    private static final class Run {
        final SplittableRandom random;
        final Defence defence;
        final List<Batch> inFlight = new ArrayList<>();
        final Set<Added> added = new HashSet<>();
        final Coverage coverage;
        /** Ids that nobody uses are forgotten soon. */
        final TxnWorld world = new TxnWorld(new TxnSettings(900_000, 10_000, 90_000, 20_000));

        final List<Client> clients = new ArrayList<>();
        final List<Open> all = new ArrayList<>();
        final Map<TopicPartition, Map<Long, Entry>> logs = new LinkedHashMap<>();
        final Map<Open, Set<Boolean>> fates = new HashMap<>();

        Run(SplittableRandom random, Defence defence, Coverage coverage) {
            this.random = random;
            this.defence = defence;
            this.coverage = coverage;
            // An old id, whose epochs come to an end.
            Producer old = new Producer(OLD_PRODUCER, Producer.NONE, Producer.NONE, NEARLY_LAST, Producer.NO_EPOCH);
            world.log.add(new TxnRecord.Written(
                    Txn.empty("id0", old, TxnWorld.TIMEOUT_MS, world.now().wallMs())));
            world.failOver(0);
            for (int i = 0; i < 4; i++) clients.add(new Client("id" + i / 2, i % 2 == 0 || random.nextBoolean()));
            for (int i = 0; i < 3; i++) logs.put(new TopicPartition("t", i), new HashMap<>());
        }

        void run() {
            for (int i = 0; i < STEPS; i++) step();
            world.autoCommit = true;
            world.commitAll();
            for (int i = 0; i < 40; i++) {
                world.advance(10_000);
                List.copyOf(world.markers.keySet()).forEach(this::writeAllMarkers);
                if (i == 20) while (!inFlight.isEmpty()) arrive(inFlight.remove(0));
            }
            check();
        }

        private void step() {
            Client client = clients.get(random.nextInt(clients.size()));
            world.autoCommit = random.nextInt(5) > 0;
            switch (random.nextInt(14)) {
                case 0 -> init(client);
                case 1, 2, 3, 4 -> produce(client);
                case 5, 6 -> end(client);
                case 7 -> {
                    if (world.hasUnderWay()) world.commitNext();
                }
                case 8 -> world.commitAll();
                case 9 -> world.advance(random.nextInt(20_000));
                case 10 -> {
                    if (random.nextInt(4) == 0) failOver();
                }
                case 11, 12 -> {
                    if (!inFlight.isEmpty()) arrive(inFlight.remove(random.nextInt(inFlight.size())));
                }
                default -> writeSomeMarkers();
            }
        }

        private void failOver() {
            world.shard.txns().forEach(txn -> coverage.failedOverIn.add(txn.state()));
            world.failOver(random.nextInt(3));
        }

        private void init(Client client) {
            boolean expects = client.producerId >= 0 && random.nextBoolean();
            InitProducerId.Reply reply =
                    expects ? world.init(client.id, client.producerId, client.epoch) : world.init(client.id);
            client.ready = reply.error() == Errors.NONE;
            if (!client.ready) return;
            assertThat(reply.producerEpoch()).isBetween((short) 0, Producer.LAST_EPOCH);
            client.producerId = reply.producerId();
            client.epoch = reply.producerEpoch();
            client.open = new Open();
        }

        private void produce(Client client) {
            if (!client.ready) return;
            TopicPartition partition = new TopicPartition("t", random.nextInt(3));
            if (!client.raises) {
                Errors error = world.add(client.id, client.producerId, client.epoch, Kind.CLIENT, partition);
                if (error == Errors.PRODUCER_FENCED || error == Errors.INVALID_PRODUCER_ID_MAPPING)
                    client.ready = false;
                if (error != Errors.NONE) return;
            }
            Batch batch = new Batch(client, partition);
            client.open.inFlight++;
            if (random.nextInt(4) == 0) inFlight.add(batch);
            else arrive(batch);
        }

        /** As a leader does it. */
        private void arrive(Batch batch) {
            Entry entry = entry(batch.partition, batch.producerId);
            boolean open = batch.epoch == entry.epoch && !entry.unstable.isEmpty();
            if (batch.epoch < entry.epoch) {
                settled(batch, Errors.INVALID_PRODUCER_EPOCH);
            } else if (batch.client.raises) {
                Added key = new Added(batch.producerId, batch.epoch, batch.partition);
                Errors error = added.contains(key) ? Errors.NONE : ask(batch, Kind.LEADER);
                if (error == Errors.NONE) added.add(key);
                settled(batch, error);
            } else if (open || defence == Defence.NONE) {
                settled(batch, Errors.NONE);
            } else if (!batch.asked) {
                batch.asked = true;
                batch.guard = entry.markers;
                batch.verified = ask(batch, Kind.VERIFY);
                inFlight.add(batch);
            } else {
                boolean overtaken = defence == Defence.ASKS_AND_GUARDS && batch.guard != entry.markers;
                settled(batch, overtaken ? Errors.INVALID_TXN_STATE : batch.verified);
            }
        }

        private Errors ask(Batch batch, Kind kind) {
            return world.add(batch.client.id, batch.producerId, batch.epoch, kind, batch.partition);
        }

        private void settled(Batch batch, Errors error) {
            batch.open.inFlight--;
            if (error != Errors.NONE) {
                batch.open.failed = true;
                boolean fenced = error == Errors.PRODUCER_FENCED || error == Errors.INVALID_PRODUCER_ID_MAPPING;
                if (fenced && batch.client.open == batch.open) batch.client.ready = false;
                return;
            }
            Entry entry = entry(batch.partition, batch.producerId);
            if (batch.open.written.isEmpty()) all.add(batch.open);
            entry.epoch = batch.epoch;
            entry.unstable.add(batch.open);
            batch.open.written.add(batch.partition);
        }

        private Entry entry(TopicPartition partition, long producerId) {
            return logs.computeIfAbsent(partition, p -> new HashMap<>()).computeIfAbsent(producerId, id -> new Entry());
        }

        private void end(Client client) {
            if (!client.ready) return;
            Open open = client.open;
            // Who commits has been told of every batch.
            boolean commit = random.nextInt(3) > 0 && open.inFlight == 0 && !open.failed;
            EndTxn.Reply reply = world.end(client.id, client.producerId, client.epoch, commit, client.raises);
            if (reply.error() == Errors.NONE) {
                // An abort may be the answer to one that the coordinator has done itself.
                open.committed = commit;
                client.open = new Open();
                if (!client.raises) {
                    // Who does not know what became of a batch goes on with another epoch (KIP-360).
                    client.ready = open.inFlight == 0;
                    return;
                }
                assertThat(reply.producerEpoch()).isBetween((short) 0, Producer.LAST_EPOCH);
                client.producerId = reply.producerId();
                client.epoch = reply.producerEpoch();
            } else if (reply.error() != Errors.CONCURRENT_TRANSACTIONS) {
                client.ready = false;
            }
        }

        private void writeSomeMarkers() {
            if (world.markers.isEmpty()) return;
            List<String> ids = List.copyOf(world.markers.keySet());
            String id = ids.get(random.nextInt(ids.size()));
            EndedTxn ended = world.ended(id);
            for (TopicPartition partition : ended.partitions()) {
                if (random.nextBoolean()) write(partition, ended);
            }
            if (random.nextBoolean()) writeAllMarkers(id);
        }

        private void writeAllMarkers(String id) {
            EndedTxn ended = world.markers.get(id);
            if (ended == null) return;
            ended.partitions().forEach(partition -> write(partition, ended));
            world.markersWritten(id);
        }

        /** As a log does it, any number of times. */
        private void write(TopicPartition partition, EndedTxn ended) {
            Entry entry = entry(partition, ended.producerId());
            assertThat(ended.coordinatorEpoch()).isGreaterThanOrEqualTo(entry.coordinatorEpoch);
            boolean late = ended.producerEpoch() < entry.epoch
                    || (ended.raisesEpoch() && ended.producerEpoch() == entry.epoch && !entry.unstable.isEmpty());
            assertThat(late)
                    .as("a marker of the past: %s in %s", ended, partition)
                    .isFalse();
            entry.markers++;
            entry.epoch = ended.producerEpoch();
            entry.coordinatorEpoch = ended.coordinatorEpoch();
            entry.unstable.forEach(
                    open -> fates.computeIfAbsent(open, o -> new HashSet<>()).add(ended.commit()));
            entry.unstable.clear();
        }

        private void check() {
            coverage.rotations += (int) world.log.stream()
                    .filter(record -> record instanceof TxnRecord.Written written
                            && written.txn().producer().previousId() == OLD_PRODUCER)
                    .limit(1)
                    .count();
            coverage.forgotten += (int) world.log.stream()
                    .filter(TxnRecord.Removed.class::isInstance)
                    .count();
            for (Txn txn : world.shard.txns())
                assertThat(txn.state().idle()).as("%s", txn).isTrue();
            logs.forEach((partition, log) -> log.forEach((producer, entry) -> assertThat(entry.unstable)
                    .as("open transactions of %s in %s", producer, partition)
                    .isEmpty()));
            for (Open open : all) {
                assertThat(fates.get(open)).as("all or nothing").hasSize(1);
                if (open.committed != null) assertThat(fates.get(open)).containsExactly(open.committed);
            }
            long count =
                    world.counts.values().stream().mapToInt(Integer::intValue).sum();
            assertThat(count).isEqualTo(world.shard.txns().size());
        }
    }
}
