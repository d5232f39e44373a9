package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Await;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Bytes of closed segments change on disk, which nobody would read for long: the auditor finds it, says so, and the replica is as its
 * leader's again, while clients work.
 */
@Tag("slow")
class ReplicaAuditTest {
    private static final int BROKERS = 3;
    private static final int CLOSED_SEGMENTS = 3;
    private static final int ROUNDS = 12;

    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.of(1, BROKERS)
            .with("replica.audit.interval.ms", "300")
            .with("log.cleaner.backoff.ms", "50")
            .with("replica.audit.bytes.per.second", "100000000")
            .with("replica.high.watermark.checkpoint.interval.ms", "300")
            .with("log.flush.background.ms", "300");

    private final Clients clients = Clients.of(CLUSTER);

    /** How the bytes change. */
    private enum Change {
        /** As a disk does it: the batch's checksum tells. */
        DAMAGE("damaged", "BAD_CHECKSUM"),
        /** The checksum is right: only another replica can tell. */
        FORGE("differs", "CONTENT_DIFFERS");

        private final String label;
        private final String cause;

        Change(String label, String cause) {
            this.label = label;
            this.cause = cause;
        }
    }

    /** What was counted: mismatches of one kind by the broker in question, its rebuilt replicas, and mismatches of any kind by the others. */
    private record Seen(double byVictim, double rebuilt, double byOthers) {
        static Seen of(int victim, Change change) {
            Metrics metrics = new Metrics(CLUSTER.broker(victim));
            double others = 0;
            for (int broker = 1; broker <= BROKERS; broker++) {
                if (broker != victim) others += new Metrics(CLUSTER.broker(broker)).sum("curia_audit_mismatches_total");
            }
            return new Seen(
                    metrics.sum("curia_audit_mismatches_total", "found=\"" + change.label + '"'),
                    metrics.sum("curia_replicas_rebuilt_total"),
                    others);
        }
    }

    @Test
    void aFollowersDamagedBatchIsFoundAndTheReplicaMadeAnew() throws IOException {
        changeFollower(Change.DAMAGE, "follower-damaged");
    }

    @Test
    void aFollowersOtherBatchIsFoundAndTheReplicaMadeAnew() throws IOException {
        changeFollower(Change.FORGE, "follower-differs");
    }

    @Test
    void aLeadersDamagedBatchMakesAnotherLeadAndItsReplicaIsMadeAnew() throws IOException {
        changeLeader(Change.DAMAGE, "leader-damaged");
    }

    @Test
    void aLeadersOtherBatchIsOutvotedByItsFollowersAndItsReplicaIsMadeAnew() throws IOException {
        changeLeader(Change.FORGE, "leader-differs");
    }

    /** Each broker compacts for itself, and has its segments begin where they do; what is audited changes meanwhile. */
    @Test
    void compactionDeletedRecordsAndChangesOfLeadersRaiseNoAlarm() {
        TopicPartition compacted = new TopicPartition("compacted", 0);
        TopicPartition deleted = new TopicPartition("deleted", 0);
        Map<String, String> compaction = Map.of(
                "cleanup.policy", "compact",
                "segment.ms", "200",
                "min.cleanable.dirty.ratio", "0",
                "max.compaction.lag.ms", "200",
                "delete.retention.ms", "200");
        clients.createTopic(compacted.topic(), 1, BROKERS, compaction);
        clients.createTopic(deleted.topic(), 1, BROKERS, Map.of("segment.ms", "200"));
        double[] compactedBytes = new double[BROKERS + 1];
        for (int round = 0; round < ROUNDS; round++) {
            sendKeyed(compacted.topic(), round);
            clients.send(deleted.topic(), "one-" + round, "two-" + round, "three-" + round);
            deleteBefore(deleted, round * 3L + 1);
            for (int broker = 1; broker <= BROKERS; broker++) {
                awaitPasses(broker, 2);
                compactedBytes[broker] += new Metrics(CLUSTER.broker(broker)).sum("curia_cleaner_written_bytes_total");
            }
            if (round % 4 == 3) {
                NodeProcess leader = CLUSTER.broker(clients.leader(compacted));
                leader.terminate();
                sendKeyed(compacted.topic(), round);
                leader.startAndAwaitReady();
                clients.awaitInSync(compacted.topic(), BROKERS);
            }
        }
        for (int broker = 1; broker <= BROKERS; broker++) {
            awaitPasses(broker, 3);
            assertThat(compactedBytes[broker])
                    .as("compaction on broker %d", broker)
                    .isPositive();
        }
        for (TopicPartition partition : List.of(compacted, deleted)) {
            assertThat(Curia.forCluster(CLUSTER)
                            .run("events", "--topic", partition.topic(), "--kind", "replicas_differ,replica_offline")
                            .text())
                    .isEmpty();
        }
    }

    /** A few batches of a few keys, some of them tombstones. */
    private void sendKeyed(String topic, int round) {
        try (KafkaProducer<byte[], byte[]> producer = clients.producer(Map.of(ProducerConfig.LINGER_MS_CONFIG, 5))) {
            for (int batch = 0; batch < 5; batch++) {
                List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    byte[] value = (round + batch + i) % 7 == 0 ? null : Text.bytes(round + "-" + batch + "-" + i);
                    records.add(new ProducerRecord<>(topic, 0, Text.bytes("key-" + (i * (batch + 1)) % 30), value));
                }
                Clients.send(producer, records);
            }
        }
    }

    private void deleteBefore(TopicPartition partition, long offset) {
        try (Admin admin = clients.admin()) {
            Clients.get(admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(offset)))
                    .all());
        }
    }

    private static void awaitPasses(int broker, int more) {
        Metrics metrics = new Metrics(CLUSTER.broker(broker));
        double before = metrics.sum("curia_audit_passes_total");
        Await.until(
                "audits of broker " + broker,
                Clients.PATIENCE,
                () -> metrics.sum("curia_audit_passes_total") >= before + more);
    }

    private void changeFollower(Change change, String topic) throws IOException {
        TopicPartition partition = create(topic);
        try (Load load = Load.start(clients, topic, 1, 2)) {
            awaitClosedSegments(partition);
            int leader = clients.leader(partition);
            int victim = leader % BROKERS + 1;
            NodeProcess broker = CLUSTER.broker(victim);
            Seen before = new Seen(0, 0, Seen.of(victim, change).byOthers()); // counters of a process begin at 0
            broker.terminate();
            change(firstSegment(victim, partition), change);
            broker.startAndAwaitReady();

            awaitMended(load, victim, partition, change, before);
            assertThat(clients.leader(partition))
                    .as("nothing was wrong with it")
                    .isEqualTo(leader);
            check(load, partition, victim, change, before);
        }
    }

    private void changeLeader(Change change, String topic) throws IOException {
        TopicPartition partition = create(topic);
        try (Load load = Load.start(clients, topic, 1, 2)) {
            awaitClosedSegments(partition);
            int victim = clients.leader(partition);
            Seen before = Seen.of(victim, change);
            change(firstSegment(victim, partition), change);

            awaitMended(load, victim, partition, change, before);
            check(load, partition, victim, change, before);
        }
    }

    private TopicPartition create(String topic) {
        clients.createTopic(topic, 1, BROKERS, Map.of("min.insync.replicas", "2", "segment.ms", "1000"));
        clients.awaitInSync(topic, BROKERS);
        return new TopicPartition(topic, 0);
    }

    private static void awaitClosedSegments(TopicPartition partition) {
        Await.until("some closed segments", Clients.PATIENCE, () -> {
            boolean all = true;
            for (int broker = 1; broker <= BROKERS; broker++) {
                all &= Segments.of(CLUSTER, broker, partition).logs().size() > CLOSED_SEGMENTS;
            }
            return all;
        });
    }

    private static Path firstSegment(int broker, TopicPartition partition) {
        return Segments.of(CLUSTER, broker, partition).logs().get(0);
    }

    /** Changes the last byte of a value, in a batch in the midst of the file, to another digit. */
    private static void change(Path segment, Change change) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            long at = 0;
            int size = batchBytes(file, 0);
            while (at + size < file.length() / 2) {
                at += size;
                size = batchBytes(file, at);
            }
            byte[] batch = new byte[size];
            file.seek(at);
            file.readFully(batch);
            batch[size - 2] ^= 1; // behind it is only how many headers there are
            CRC32C crc = new CRC32C();
            crc.update(batch, 21, size - 21);
            if (change == Change.FORGE) ByteBuffer.wrap(batch).putInt(17, (int) crc.getValue());
            file.seek(at);
            file.write(batch);
        }
    }

    private static int batchBytes(RandomAccessFile file, long at) throws IOException {
        file.seek(at + 8);
        return 12 + file.readInt();
    }

    /** The replica is found, told of, made anew and in sync; then it is audited again. */
    private void awaitMended(Load load, int victim, TopicPartition partition, Change change, Seen before) {
        Metrics metrics = new Metrics(CLUSTER.broker(victim));
        Await.until(
                "the auditor of broker " + victim + " counts it",
                Clients.PATIENCE,
                () -> Seen.of(victim, change).byVictim() > before.byVictim());
        Await.until(
                "the journal tells of it",
                Clients.PATIENCE,
                () -> Curia.forCluster(CLUSTER)
                        .attempt("events", "--topic", partition.topic(), "--kind", "replicas_differ")
                        .text()
                        .lines()
                        .anyMatch(line ->
                                line.contains(change.cause) && line.contains("[told by broker " + victim + "]")));
        assertThat(CLUSTER.broker(victim).logText().lines())
                .anyMatch(line -> line.contains("ERROR") && line.contains(partition + " on broker " + victim));
        Await.until(
                "it is made anew",
                Clients.PATIENCE,
                () -> Seen.of(victim, change).rebuilt() > before.rebuilt());
        clients.awaitInSync(partition.topic(), BROKERS);
        load.awaitProgress();
        double passes = metrics.sum("curia_audit_passes_total");
        Await.until(
                "it is audited again", Clients.PATIENCE, () -> metrics.sum("curia_audit_passes_total") >= passes + 3);
    }

    /** Nobody lost or saw anything wrong, and all replicas are equal. */
    private void check(Load load, TopicPartition partition, int victim, Change change, Seen before) {
        assertThat(Seen.of(victim, change))
                .as("found and mended once, and no false alarm")
                .isEqualTo(new Seen(before.byVictim() + 1, before.rebuilt() + 1, before.byOthers()));
        History history = load.stop();
        assertThat(history.violations()).isEmpty();
        assertThat(history.acks()).hasSameSizeAs(history.sends());
        Segments.awaitEqual(CLUSTER, BROKERS, partition.topic(), clients.partitions(partition.topic()));
    }
}
