package dev.curia.replica.node;

import static dev.curia.replica.node.TestCluster.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.Replica.AppendResult;
import dev.curia.replica.Replica.Isolation;
import dev.curia.replica.ReplicaAssignment;
import dev.curia.replica.port.ReplicaLinks.Refused;
import dev.curia.replica.port.ReplicationSource;
import dev.curia.replica.port.SendBudget;
import dev.curia.testkit.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ReplicationTest {
    private static final Duration LONG_LAG = Duration.ofSeconds(30);

    @TempDir
    Path dir;

    @Test
    void acksAllCompletesInOrderOnceEveryReplicaHasTheRecords() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 3, 2, LONG_LAG)) {
            cluster.elect(1);
            cluster.publish();
            List<Long> completed = java.util.Collections.synchronizedList(new ArrayList<>());
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                all.add(cluster.send(1, -1, "value-" + i).thenAccept(r -> completed.add(r.baseOffset())));
            }
            CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);

            assertThat(completed).hasSize(200).isSorted();
            assertThat(cluster.log(2)).isEqualTo(cluster.log(1)).hasSize(200);
            assertThat(cluster.log(3)).isEqualTo(cluster.log(1));
            assertThat(cluster.replica(1).view().highWatermark()).isEqualTo(200);
            Await.until(
                    "followers learn the watermark",
                    PATIENCE,
                    () -> cluster.replica(2).view().highWatermark() == 200);
        }
    }

    @Test
    void i9TheLogEndAskedForAfterAnAcknowledgementIsBehindTheRecord() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 1, 1, LONG_LAG)) {
            cluster.elect(1);
            cluster.publish();
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int i = 0; i < 600; i++) {
                int acks = i % 3 - 1;
                all.add(cluster.send(1, acks, "value-" + i)
                        .thenAccept(r -> assertThat(cluster.replica(1).view().logEndOffset())
                                .as("after acks=%s", acks)
                                .isGreaterThan(r.baseOffset())));
            }
            CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void followerThatWasAwayCatchesUpAndRejoinsTheIsr() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 2, 1, Duration.ofMillis(300))) {
            cluster.elect(1);
            cluster.publish();
            assertThat(cluster.append(1, -1, "before").error()).isEqualTo(ErrorCode.NONE);
            cluster.stop(2);
            CompletableFuture<AppendResult> waiting = cluster.send(1, -1, "alone");
            cluster.awaitIsr(List.of(1));
            assertThat(waiting.get(10, TimeUnit.SECONDS).error()).isEqualTo(ErrorCode.NONE);
            String large = "x".repeat(100_000);
            for (int i = 0; i < 60; i++)
                assertThat(cluster.append(1, -1, large + i).error()).isEqualTo(ErrorCode.NONE);

            cluster.start(2);
            cluster.publish();

            cluster.awaitEqualLogs(1, 2);
            cluster.awaitIsr(List.of(1, 2));
            assertThat(cluster.append(1, -1, "after").error()).isEqualTo(ErrorCode.NONE);
            assertThat(cluster.log(2)).hasSize(63).endsWith("after");
        }
    }

    @Test
    void divergedFollowerTruncatesToTheLeadersHistory() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 2, 1, LONG_LAG)) {
            cluster.elect(1);
            cluster.publish();
            assertThat(cluster.append(1, -1, "shared").error()).isEqualTo(ErrorCode.NONE);
            cluster.stop(2);
            cluster.append(1, 1, "lost-1");
            cluster.append(1, 1, "lost-2");
            cluster.stop(1);
            cluster.setIsr(List.of(2));
            cluster.elect(2);
            cluster.start(2);
            cluster.publish();
            assertThat(cluster.append(2, -1, "kept").error()).isEqualTo(ErrorCode.NONE);

            cluster.start(1);
            cluster.publish();

            cluster.awaitEqualLogs(1, 2);
            cluster.awaitIsr(List.of(1, 2));
            assertThat(cluster.log(1)).containsExactly("shared", "kept");
        }
    }

    @Test
    void leaderChangeEndsPendingAcksAsUnknownAndTheNewLeaderGoesOn() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 3, 2, LONG_LAG)) {
            cluster.elect(1);
            cluster.publish();
            for (int i = 0; i < 10; i++) cluster.append(1, -1, "first-" + i);
            cluster.stop(2); // so that acks=all cannot complete
            CompletableFuture<AppendResult> pending = cluster.send(1, -1, "undecided");
            cluster.setIsr(List.of(1, 3));
            cluster.elect(3);
            cluster.publish();

            assertThat(pending.get(10, TimeUnit.SECONDS).error()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
            assertThat(cluster.append(1, -1, "stale").error()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
            assertThat(cluster.append(3, -1, "second").error()).isEqualTo(ErrorCode.NONE);
            cluster.awaitEqualLogs(1, 3);
            assertThat(cluster.log(3)).startsWith("first-0", "first-1").endsWith("second");
            assertThat(cluster.replica(3)
                            .endOffsetForEpoch(1, OptionalInt.empty())
                            .endOffset())
                    .isGreaterThanOrEqualTo(10);
        }
    }

    @Test
    void acksAllIsRefusedBeforeAppendBelowMinIsrAndTheWatermarkStands() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 2, 2, Duration.ofMillis(200))) {
            cluster.elect(1);
            cluster.publish();
            cluster.append(1, -1, "one");
            cluster.stop(2);
            cluster.append(1, 1, "two");
            cluster.awaitIsr(List.of(1));
            Await.until(
                    "leader sees it",
                    PATIENCE,
                    () -> cluster.replica(1).view().isr().equals(List.of(1)));

            AppendResult refused = cluster.append(1, -1, "three");

            assertThat(refused.error()).isEqualTo(ErrorCode.NOT_ENOUGH_REPLICAS);
            assertThat(refused.message()).contains("1 in-sync").contains("min.insync.replicas 2");
            assertThat(cluster.log(1)).containsExactly("one", "two");
            assertThat(cluster.replica(1).view().highWatermark()).isEqualTo(1);
        }
    }

    @Test
    void acksAllTimesOutWhileAnUnansweredShrinkKeepsTheMaximalIsr() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 2, 1, Duration.ofMillis(500))) {
            cluster.elect(1);
            cluster.publish();
            cluster.append(1, -1, "one");
            cluster.awaitIsr(List.of(1, 2));
            cluster.refuseProposals(true);
            cluster.stop(2);

            AppendResult result =
                    cluster.send(1, -1, Duration.ofMillis(1500), "two").get(10, TimeUnit.SECONDS);

            assertThat(result.error()).isEqualTo(ErrorCode.REQUEST_TIMED_OUT);
            assertThat(cluster.replica(1).view().highWatermark()).isEqualTo(1);
            cluster.refuseProposals(false);
            Await.until(
                    "shrinks after all",
                    PATIENCE,
                    () -> cluster.replica(1).view().highWatermark() == 2);
        }
    }

    @Test
    void cleanRestartKeepsTheHighWatermarkAndReadersSeeOnlyWhatIsCommitted() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 1, 1, LONG_LAG)) {
            cluster.elect(1);
            cluster.publish();
            cluster.append(1, -1, "a", "b", "c");
            CountDownLatch woken = new CountDownLatch(1);
            Runnable cancel = cluster.replica(1).onReadable(3, Isolation.READ_UNCOMMITTED, woken::countDown);
            assertThat(woken.getCount()).isEqualTo(1);
            cluster.append(1, 1, "d");
            assertThat(woken.await(5, TimeUnit.SECONDS)).isTrue();
            cancel.run();
            try (var records = cluster.read(1, 0).records()) {
                assertThat(records.size()).isPositive();
            }
            cluster.stop(1);
            cluster.start(1);
            cluster.publish();

            assertThat(cluster.replica(1).view().highWatermark()).isEqualTo(4);
            assertThat(cluster.log(1)).containsExactly("a", "b", "c", "d");
            assertThat(cluster.replica(1)
                            .offsetForTime(-1, Isolation.READ_UNCOMMITTED, OptionalInt.of(9))
                            .error())
                    .isEqualTo(ErrorCode.UNKNOWN_LEADER_EPOCH);
        }
    }

    @Test
    void aReaderThatSaysSoReadsFromAFollowerWhatIsCommittedAndWaitsThereForMore() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 2, 1, LONG_LAG)) {
            cluster.elect(1);
            cluster.publish();
            cluster.append(1, -1, "a", "b");
            Await.until(
                    "known to be committed",
                    PATIENCE,
                    () -> cluster.replica(2).view().highWatermark() == 2);
            assertThat(cluster.read(2, 0).error()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
            var here = cluster.readHere(2, 0);
            assertThat(here.error()).isEqualTo(ErrorCode.NONE);
            assertThat(here.view().highWatermark()).isEqualTo(2);
            assertThat(here.records().size()).isPositive();
            here.records().close();
            assertThat(cluster.readHere(2, 3).error()).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);

            CountDownLatch woken = new CountDownLatch(1);
            Runnable cancel = cluster.replica(2).onReadableHere(2, Isolation.READ_UNCOMMITTED, woken::countDown);
            assertThat(woken.getCount()).isEqualTo(1);
            cluster.append(1, -1, "c");
            assertThat(woken.await(5, TimeUnit.SECONDS)).isTrue();
            cancel.run();

            CountDownLatch promoted = new CountDownLatch(1);
            cluster.replica(2).onReadableHere(100, Isolation.READ_UNCOMMITTED, promoted::countDown);
            cluster.elect(2);
            cluster.publish();
            assertThat(promoted.await(5, TimeUnit.SECONDS))
                    .as("woken when it leads")
                    .isTrue();
        }
    }

    @Test
    void whatOnlyCountsOnDiskIsAcknowledgedWhenItIsThereOnEveryReplica() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 3, 2, LONG_LAG)) {
            cluster.configure("curia.durability", "fsynced");
            cluster.elect(1);
            cluster.publish();
            for (int i = 0; i < 20; i++) {
                assertThat(cluster.append(1, -1, "value-" + i).error()).isEqualTo(ErrorCode.NONE);
                for (int id = 1; id <= 3; id++) {
                    PartitionReplica replica = (PartitionReplica) cluster.replica(id);
                    assertThat(replica.log().recoveryPoint()).isGreaterThan(i);
                }
            }
        }
    }

    @Test
    void changedSettingsTakeEffectWithoutARestartAndSoDoesTheirRemoval() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 2, 1, LONG_LAG)) {
            cluster.elect(1);
            cluster.publish();
            String large = "x".repeat(1000);
            assertThat(cluster.append(1, -1, large).error()).isEqualTo(ErrorCode.NONE);

            cluster.configure("max.message.bytes", "200");
            cluster.configure("min.insync.replicas", "2");
            cluster.publish();
            assertThat(cluster.append(1, -1, large).error()).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE);
            cluster.stop(2);
            cluster.setIsr(List.of(1));
            cluster.publish();
            assertThat(cluster.append(1, -1, "small").error()).isEqualTo(ErrorCode.NOT_ENOUGH_REPLICAS);

            cluster.configure("max.message.bytes", null);
            cluster.configure("min.insync.replicas", null);
            cluster.publish();
            assertThat(cluster.append(1, -1, large).error()).isEqualTo(ErrorCode.NONE);
        }
    }

    /** A leader that was paused may hear of a stream's subscription after that of the stream which took its place, and of its end at last. */
    @Test
    void aFollowerWhoseSubscriptionIsTakenByOneOfABrokenStreamSubscribesAnew() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 2, 2, LONG_LAG)) {
            cluster.elect(1);
            cluster.publish();
            cluster.append(1, -1, "before");
            ReplicationSource source =
                    cluster.broker(1).replicas.source(TestCluster.ID).orElseThrow();
            Late late = new Late();
            int epoch = cluster.assignment().leaderEpoch();
            source.subscribe(new ReplicationSource.Position(epoch, Integer.MAX_VALUE, 1, epoch, 0, 1), late);
            source.unsubscribe(late);
            assertThat(late.accepted.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(cluster.send(1, -1, "after").get(20, TimeUnit.SECONDS).error())
                    .isEqualTo(ErrorCode.NONE);
            cluster.awaitEqualLogs(1, 2);
        }
    }

    /** Of broker 2. */
    private static final class Late implements ReplicationSource.Subscriber {
        final CountDownLatch accepted = new CountDownLatch(1);

        @Override
        public int brokerId() {
            return 2;
        }

        @Override
        public long brokerEpoch() {
            return Long.MAX_VALUE;
        }

        @Override
        public void limited(SendBudget budget) {}

        @Override
        public ReplicationSource.Sending sending() {
            return new ReplicationSource.Sending(1, false);
        }

        @Override
        public void accepted(ReplicationSource.Ends ends) {
            accepted.countDown();
        }

        @Override
        public void changed(ReplicationSource.Ends ends) {}

        @Override
        public void ended(Refused why) {}
    }

    @Test
    void removedReplicaLeavesNoFilesAndItsNameCanBeUsedAgain() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 1, 1, LONG_LAG)) {
            cluster.elect(1);
            cluster.publish();
            cluster.append(1, 1, "old");
            cluster.broker(1).replicas.remove(TestCluster.ID, TestCluster.NAME).get(10, TimeUnit.SECONDS);
            assertThat(cluster.broker(1).replicas.find(TestCluster.NAME)).isEmpty();
            cluster.publish();
            assertThat(cluster.log(1)).isEmpty();
        }
    }

    @Test
    void aReplicaIsRemovedAlsoWhileItIsBeingOpened() throws Exception {
        try (TestCluster cluster = new TestCluster(dir, 1, 1, LONG_LAG)) {
            HostedReplicas replicas = cluster.broker(1).replicas;
            TopicPartition name = new TopicPartition("passing", 0);
            for (int i = 0; i < 20; i++) {
                PartitionId id = new PartitionId(new Uuid(9, i), 0);
                var opened = replicas.apply(
                        new ReplicaAssignment(id, name, 1, 0, 0, List.of(1), List.of(1), List.of(), Map.of()));
                replicas.remove(id, name).get(10, TimeUnit.SECONDS);
                opened.exceptionally(removed -> null).get(10, TimeUnit.SECONDS); // it ends, too
                assertThat(replicas.find(name)).isEmpty();
            }
        }
    }
}
