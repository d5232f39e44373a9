package dev.curia.broker.txn.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.txn.state.AddPartitions.Kind;
import dev.curia.common.id.TopicPartition;
import dev.curia.testkit.Check;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Random producers, several under each transactional id, over partitions that know epochs and markers as logs do, with coordinators that
 * come and go in every state. Transactions are all or nothing, an answered end is the end, and none stays open.
 */
class TxnSimulationTest {
    private static final int STEPS = 300;

    @Test
    void transactionsAreAllOrNothingAndNoneHangs() {
        Check.forAll(400, random -> random, random -> new Run(random).run());
    }

    /** A transaction as its producer knows it. */
    private static final class Open {
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

    /** What a log knows of a producer. */
    private static final class Entry {
        short epoch = -1;
        int coordinatorEpoch = -1;
        final List<Open> unstable = new ArrayList<>();
    }

    private static final class Run {
        final SplittableRandom random;
        final TxnWorld world = new TxnWorld();
        final List<Client> clients = new ArrayList<>();
        final List<Open> all = new ArrayList<>();
        final Map<TopicPartition, Map<Long, Entry>> logs = new LinkedHashMap<>();
        final Map<Open, Set<Boolean>> fates = new HashMap<>();

        Run(SplittableRandom random) {
            this.random = random;
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
            }
            check();
        }

        private void step() {
            Client client = clients.get(random.nextInt(clients.size()));
            world.autoCommit = random.nextInt(5) > 0;
            switch (random.nextInt(12)) {
                case 0 -> init(client);
                case 1, 2, 3, 4 -> produce(client);
                case 5, 6 -> end(client);
                case 7 -> world.commitNext();
                case 8 -> world.commitAll();
                case 9 -> world.advance(random.nextInt(20_000));
                case 10 -> {
                    if (random.nextInt(4) == 0) failOver();
                }
                default -> writeSomeMarkers();
            }
        }

        private void failOver() {
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
            Kind kind = client.raises ? Kind.LEADER : Kind.CLIENT;
            Errors error = world.add(client.id, client.producerId, client.epoch, kind, partition);
            if (error == Errors.PRODUCER_FENCED || error == Errors.INVALID_PRODUCER_ID_MAPPING) client.ready = false;
            if (error != Errors.NONE) return;
            Entry entry = entry(partition, client.producerId);
            if (client.epoch < entry.epoch) return;
            if (client.open.written.isEmpty()) all.add(client.open);
            entry.epoch = client.epoch;
            entry.unstable.add(client.open);
            client.open.written.add(partition);
        }

        private Entry entry(TopicPartition partition, long producerId) {
            return logs.computeIfAbsent(partition, p -> new HashMap<>()).computeIfAbsent(producerId, id -> new Entry());
        }

        private void end(Client client) {
            if (!client.ready) return;
            boolean commit = random.nextInt(3) > 0;
            Open open = client.open;
            EndTxn.Reply reply = world.end(client.id, client.producerId, client.epoch, commit, client.raises);
            if (reply.error() == Errors.NONE) {
                // An abort may be the answer to one that the coordinator has done itself.
                open.committed = commit;
                client.open = new Open();
                if (!client.raises) return;
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
            entry.epoch = ended.producerEpoch();
            entry.coordinatorEpoch = ended.coordinatorEpoch();
            entry.unstable.forEach(
                    open -> fates.computeIfAbsent(open, o -> new HashSet<>()).add(ended.commit()));
            entry.unstable.clear();
        }

        private void check() {
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
