package dev.curia.metadata.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.common.time.SystemClock;
import dev.curia.metadata.Fixtures;
import dev.curia.metadata.event.EventSettings;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.port.MetadataLog;
import dev.curia.metadata.port.QuorumStatus;
import dev.curia.metadata.rocksdb.Directories;
import dev.curia.proto.admin.v1.EventPosition;
import dev.curia.proto.admin.v1.ListEventsRequest;
import dev.curia.proto.admin.v1.ListEventsResponse;
import dev.curia.proto.events.v1.Event;
import dev.curia.proto.events.v1.EventKind;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.testkit.Await;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SingleNodeTest {
    @TempDir
    Path directory;

    private final MeterRegistry meters = new SimpleMeterRegistry();

    private QuorumNodeConfig config(QuorumTuning tuning) {
        return TestNode.config(1, directory.resolve("node"), TestNode.voters(1), tuning);
    }

    @Test
    void aLoneVoterLeadsAtOnceAndCommits() {
        QuorumNodeConfig config = config(QuorumTuning.DEFAULT);
        TestNode.format(config);
        SystemClock clock = new SystemClock();
        long begin = clock.monotonicNanos();
        try (TestNode node = TestNode.start(config, meters)) {
            TestNode.Leadership leadership = node.awaitLeadership();
            long millis = (clock.monotonicNanos() - begin) / 1_000_000;
            assertThat(leadership.lastSequence()).isZero();
            long index = node.write("k", "v");
            assertThat(node.value("k")).isEqualTo("v");
            assertThat(node.log.image().index()).isEqualTo(index);
            assertThat(node.committed).containsExactly(index);
            assertThat(millis).as("start to leader, ms").isLessThan(5_000);
            assertThat(meters.getMeters()).anyMatch(m -> m.getId().getName().startsWith("curia_quorum_log_"));
        }
        assertThat(meters.getMeters().stream().map(m -> m.getId().getName()))
                .as("a closed node's meters are gone")
                .noneMatch(name -> name.startsWith("curia_quorum_log_"));
    }

    @Test
    void itRestartsFromSnapshotAndTailWithAnEqualImage() {
        QuorumNodeConfig config = config(TestNode.TINY);
        TestNode.format(config);
        MetadataImage before;
        long tenth;
        long snapshot;
        try (TestNode node = TestNode.start(config, meters)) {
            for (int i = 0; i < 10; i++) node.write("key-" + i, "value-" + i);
            tenth = node.log.image().index();
            for (int i = 10; i < 130; i++) node.write("key-" + i % 70, "value-" + i);
            before = node.log.image();
            snapshot = Await.value(
                    "a snapshot",
                    TestNode.SOON,
                    () -> positive(node.log.status().snapshotIndex()));
            assertThat(snapshot).as("the tail is not in it").isLessThan(before.index());
        }
        try (TestNode node = TestNode.start(config, meters)) {
            node.awaitLeadership();
            assertThat(node.log.image()).isEqualTo(before);
            assertThat(node.committed)
                    .as("only the tail is replayed")
                    .hasSizeLessThan(130)
                    .isNotEmpty();
            assertThat(node.log.changesAfter(tenth, 1000).orElseThrow())
                    .as("watchers resume across the restart")
                    .hasSize(120);
            node.write("after", "restart");
            assertThat(node.faults).isEmpty();
        }
    }

    @Test
    void eventsAreKeptOverARestartOnceEachAndBounded() throws IOException {
        QuorumTuning tuning = TestNode.TINY.withEvents(new EventSettings(100, Duration.ofDays(1)));
        QuorumNodeConfig config = config(tuning);
        TestNode.format(config);
        List<Event> before;
        try (TestNode node = TestNode.start(config, meters)) {
            for (int i = 0; i < 130; i++) {
                assertThat(node.propose(Fixtures.topicRecords("topic-" + i, List.of(List.of(1))))
                                .join())
                        .isInstanceOf(MetadataLog.Outcome.Committed.class);
            }
            Await.value(
                    "a snapshot",
                    TestNode.SOON,
                    () -> positive(node.log.status().snapshotIndex()));
            before = node.log
                    .events()
                    .list(ListEventsRequest.getDefaultInstance())
                    .getEventsList();
            assertThat(before).hasSize(100);
            assertThat(before.get(99).getTopic()).isEqualTo("topic-129");
            assertThat(before.get(99).getKind()).isEqualTo(EventKind.TOPIC_CREATED);
            assertThat(meters.get("curia_events")
                            .tag("kind", "topic_created")
                            .tag("cause", "requested")
                            .counter()
                            .count())
                    .isEqualTo(130);
        }
        try (TestNode node = TestNode.start(config, meters)) {
            node.awaitLeadership();
            assertThat(node.log
                            .events()
                            .list(ListEventsRequest.getDefaultInstance())
                            .getEventsList())
                    .isEqualTo(before);
            assertThat(meters.get("curia_events").counters().stream()
                            .mapToDouble(Counter::count)
                            .sum())
                    .as("what is replayed is not told again")
                    .isEqualTo(130);
            EventPosition middle = EventPosition.newBuilder()
                    .setIndex(before.get(50).getIndex())
                    .build();
            ListEventsResponse rest = node.log
                    .events()
                    .list(ListEventsRequest.newBuilder().setAfter(middle).build());
            assertThat(rest.getEventsList()).isEqualTo(before.subList(51, 100));
            assertThat(node.faults).isEmpty();
        }
    }

    @Test
    void anOrderlyStopLeavesNothingToReplay() {
        QuorumNodeConfig config = config(QuorumTuning.DEFAULT);
        TestNode.format(config);
        MetadataImage before;
        try (TestNode node = TestNode.start(config, meters)) {
            for (int i = 0; i < 10; i++) node.write("key-" + i, "value");
            before = node.log.image();
        }
        try (TestNode node = TestNode.start(config, meters)) {
            assertThat(node.log.image()).isEqualTo(before);
            node.awaitLeadership();
            assertThat(node.committed).isEmpty();
            assertThat(node.imagesReplaced).hasValue(1);
        }
    }

    @Test
    void holesRepetitionsAndProbesAreFencedAndTellTheLastSequence() {
        QuorumNodeConfig config = config(TestNode.TINY);
        TestNode.format(config);
        try (TestNode node = TestNode.start(config, meters)) {
            long term = node.awaitLeadership().term();
            node.write("k", "1");
            List<MetadataRecord> other = List.of(TestNode.record("k", "other"));
            for (long wrong : new long[] {0, 1, 3}) {
                assertThat(node.log.propose(TestNode.batch(term, wrong, other)).join())
                        .isEqualTo(new MetadataLog.Outcome.Fenced(1));
            }
            assertThat(node.log.propose(TestNode.batch(term - 1, 2, other)).join())
                    .isEqualTo(new MetadataLog.Outcome.Fenced(1));
            assertThat(node.value("k")).isEqualTo("1");
            node.write("k", "2");
            assertThat(node.value("k")).isEqualTo("2");
            assertThat(node.committed).hasSize(2);
        }
    }

    @Test
    void proposalsOfOneThreadKeepTheirOrderWithoutWaiting() {
        QuorumNodeConfig config = config(TestNode.TINY);
        TestNode.format(config);
        try (TestNode node = TestNode.start(config, meters)) {
            node.awaitLeadership();
            List<CompletableFuture<MetadataLog.Outcome>> outcomes = IntStream.range(0, 200)
                    .mapToObj(i -> node.propose(List.of(TestNode.record("k", Integer.toString(i)))))
                    .toList();
            outcomes.forEach(outcome -> assertThat(outcome.join()).isInstanceOf(MetadataLog.Outcome.Committed.class));
            assertThat(node.value("k")).isEqualTo("199");
        }
    }

    @Test
    void anOversizedBatchIsRefusedAndTheLeaderStays() {
        QuorumNodeConfig config = config(TestNode.TINY);
        TestNode.format(config);
        try (TestNode node = TestNode.start(config, meters)) {
            long term = node.awaitLeadership().term();
            MetadataLog.Outcome outcome = node.log
                    .propose(TestNode.batch(
                            term, 1, List.of(TestNode.record("k", "x".repeat(RatisMetadataLog.MAX_BATCH_BYTES)))))
                    .join();
            assertThat(outcome).isInstanceOf(MetadataLog.Outcome.Refused.class);
            assertThat(outcome.toString()).contains("larger than " + RatisMetadataLog.MAX_BATCH_BYTES);
            // The largest that is let through is one that Ratis takes, too.
            int overhead = TestNode.batch(term, 1, List.of(TestNode.record("k", "x".repeat(1 << 20))))
                            .getSerializedSize()
                    - (1 << 20);
            node.write("k", "y".repeat(RatisMetadataLog.MAX_BATCH_BYTES - overhead));
            assertThat(node.log.status().term()).isEqualTo(term);
        }
    }

    @Test
    void aRecordThatCannotBeAppliedIsAFault() {
        QuorumNodeConfig config = config(TestNode.TINY);
        TestNode.format(config);
        try (TestNode node = TestNode.start(config, meters)) {
            node.write("k", "v");
            MetadataImage before = node.log.image();
            node.propose(List.of(MetadataRecord.getDefaultInstance())).join();
            assertThat(node.faults).hasSize(1);
            assertThat(node.faults.get(0)).hasMessageContaining("a kind that this version does not know");
            assertThat(node.log.image()).isEqualTo(before);
        }
    }

    @Test
    void itsStatusNamesTheLeaderAndWhereItIsReached() {
        QuorumNodeConfig config = config(TestNode.TINY);
        TestNode.format(config);
        try (TestNode node = TestNode.start(config, meters)) {
            long index = node.write("k", "v");
            QuorumStatus status = node.log.status();
            Voter voter = config.voters().get(0);
            assertThat(status.leader()).contains(new QuorumStatus.Node(1, voter.raftAddress(), voter.rpcAddress()));
            assertThat(status.appliedIndex()).isEqualTo(index);
            // Raft notes in an entry of its own, sooner or later, what is committed.
            assertThat(status.committedIndex()).isBetween(index, index + 1);
            assertThat(status.members()).hasSize(1);
        }
    }

    @Test
    void aDirectoryIsFormattedOnceAndThenIsOneNodesOnly() throws IOException {
        QuorumNodeConfig config = config(TestNode.TINY);
        Path root = config.directory();
        assertThatThrownBy(() -> TestNode.start(config, meters))
                .isInstanceOf(QuorumStartException.class)
                .hasMessageContaining(root.toString())
                .hasMessageContaining("is not formatted");

        TestNode.format(config);
        assertThat(QuorumDirectory.isFormatted(root)).isTrue();
        assertThatThrownBy(() -> TestNode.format(config)).hasMessageContaining("formatted already, for node 1");

        QuorumNodeConfig otherCluster =
                new QuorumNodeConfig(1, "other", root, config.voters(), Optional.empty(), TestNode.TINY);
        assertThatThrownBy(() -> TestNode.start(otherCluster, meters))
                .hasMessageContaining("belongs to node 1 of cluster test-cluster, but this is node 1 of cluster other");
        QuorumNodeConfig otherNode = TestNode.config(2, root, List.of(new Voter(2, "127.0.0.1", 1, 2)), TestNode.TINY);
        assertThatThrownBy(() -> TestNode.start(otherNode, meters)).hasMessageContaining("but this is node 2");

        Directories.delete(root.resolve("raft"));
        assertThatThrownBy(() -> TestNode.start(config, meters)).hasMessageContaining("its Raft log");
    }

    @Test
    void aFormatThatWasCutShortIsDoneAgainButAForeignLogIsKept() throws IOException {
        QuorumNodeConfig config = config(TestNode.TINY);
        Path root = config.directory();
        TestNode.format(config);
        Files.delete(root.resolve("meta.properties"));
        assertThatThrownBy(() -> TestNode.format(config))
                .hasMessageContaining("holds a Raft log but no meta.properties");
        Files.createFile(root.resolve("formatting"));
        TestNode.format(config);
        assertThat(root.resolve("formatting")).doesNotExist();
        try (TestNode node = TestNode.start(config, meters)) {
            node.write("k", "v");
        }
    }

    @Test
    void aDirectoryInUseAndAPortInUseAreRefusedByName() throws IOException {
        QuorumNodeConfig config = config(TestNode.TINY);
        TestNode.format(config);
        try (TestNode node = TestNode.start(config, meters)) {
            assertThatThrownBy(() -> TestNode.start(config, meters))
                    .isInstanceOf(QuorumStartException.class)
                    .hasMessageContaining(config.directory() + " is in use");
            node.write("k", "v");
        }
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            QuorumNodeConfig clash = TestNode.config(
                    1, config.directory(), List.of(new Voter(1, "127.0.0.1", taken.getLocalPort(), 1)), TestNode.TINY);
            assertThatThrownBy(() -> TestNode.start(clash, meters))
                    .isInstanceOf(QuorumStartException.class)
                    .hasMessageContaining("cannot listen on 127.0.0.1:" + taken.getLocalPort());
        }
        try (TestNode node = TestNode.start(config, meters)) {
            node.awaitLeadership();
            assertThat(node.value("k")).isEqualTo("v");
        }
    }

    @Test
    void beforeStartAndAfterCloseEverythingIsAnswered() {
        QuorumNodeConfig config = config(TestNode.TINY);
        TestNode.format(config);
        TestNode node = TestNode.start(config, meters);
        node.write("k", "v");
        node.close();
        node.close();
        assertThat(node.leadership).isNull();
        assertThat(node.log.propose(TestNode.batch(1, 2, List.of())).join())
                .isInstanceOf(MetadataLog.Outcome.Refused.class);
        assertThat(node.log.resignLeadership()).isCompleted();
        assertThat(node.faults).isEmpty();
    }

    private static @Nullable Long positive(long n) {
        return n > 0 ? n : null;
    }
}
