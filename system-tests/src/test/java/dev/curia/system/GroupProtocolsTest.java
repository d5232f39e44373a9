package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What everybody knows of groups, with members in processes of their own, over three brokers, in both protocols. */
@Tag("slow")
class GroupProtocolsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.of(1, 3)
            .with("group.consumer.min.heartbeat.interval.ms", "100")
            .with("group.consumer.heartbeat.interval.ms", "500")
            .with("group.consumer.min.session.timeout.ms", "1000")
            .with("group.consumer.session.timeout.ms", "6000");

    private final Clients clients = Clients.of(CLUSTER);
    private final List<Member> members = new ArrayList<>();

    /** A process of {@link GroupMember}. */
    private static final class Member {
        final String group;
        private final Path file;
        private final ClientProcess process;

        Member(String group, String protocol, String topic, int n, int maxPollIntervalMs) {
            this.group = group;
            this.file = CLUSTER.directory().resolve("member-" + group + "-" + n);
            List<String> arguments = List.of(
                    CLUSTER.bootstrapServers(),
                    group,
                    protocol,
                    topic,
                    file.toString(),
                    Integer.toString(maxPollIntervalMs));
            process =
                    ClientProcess.java(GroupMember.class, arguments, file.resolveSibling(file.getFileName() + ".log"));
        }

        /** Time, what, partition, number. */
        List<String[]> lines() {
            return new Told(file)
                    .lines().stream()
                            .map(line -> line.split(" ", 4))
                            .filter(words -> words.length >= 3)
                            .toList();
        }

        Set<String> owned() {
            Set<String> owned = new TreeSet<>();
            for (String[] line : lines()) {
                if (line[1].equals("+")) owned.add(line[2]);
                if (line[1].equals("-")) owned.remove(line[2]);
            }
            return owned;
        }

        long commits() {
            return new Told(file).count("c ");
        }

        /** It works on what it has, and does not ask for more. */
        void stall(boolean on) throws IOException {
            Path stall = file.resolveSibling(file.getFileName() + ".stall");
            if (on) Files.createFile(stall);
            else Files.delete(stall);
        }
    }

    private Member member(String group, String protocol, String topic) {
        return member(group, protocol, topic, 300_000);
    }

    private Member member(String group, String protocol, String topic, int maxPollIntervalMs) {
        Member member = new Member(group, protocol, topic, members.size(), maxPollIntervalMs);
        members.add(member);
        return member;
    }

    @AfterEach
    void stop() {
        members.forEach(member -> member.process.close());
    }

    private void produce(String topic, int count) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = clients.producer()) {
            produce(producer, topic, count);
        }
    }

    private static void produce(KafkaProducer<byte[], byte[]> producer, String topic, int count) throws Exception {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (int i = 0; i < count; i++) sent.add(producer.send(new ProducerRecord<>(topic, Text.bytes("v" + i))));
        for (Future<RecordMetadata> record : sent) record.get(60, TimeUnit.SECONDS);
    }

    private static void awaitShares(List<Member> of, int... sizes) {
        Await.until("shares " + List.of(sizes), PATIENCE, () -> {
            Set<String> all = new TreeSet<>();
            int sum = 0;
            for (int i = 0; i < sizes.length; i++) {
                Set<String> owned = of.get(i).owned();
                if (owned.size() != sizes[i]) return false;
                all.addAll(owned);
                sum += owned.size();
            }
            return all.size() == sum;
        });
    }

    /** Wherever a member began, it was not before what had been committed, by whomever. */
    private void checkNothingIsRewound(String group) {
        List<String[]> lines = new ArrayList<>();
        members.stream().filter(m -> m.group.equals(group)).forEach(m -> lines.addAll(m.lines()));
        lines.sort((a, b) -> Long.compare(Long.parseLong(a[0]), Long.parseLong(b[0])));
        Map<String, Long> committed = new HashMap<>();
        int begun = 0;
        for (String[] line : lines) {
            if (line[1].equals("c")) committed.merge(line[2], Long.parseLong(line[3]), Math::max);
            if (!line[1].equals("+")) continue;
            begun++;
            assertThat(Long.parseLong(line[3]))
                    .as(group + ": where " + line[2] + " was begun at " + line[0])
                    .isGreaterThanOrEqualTo(committed.getOrDefault(line[2], 0L));
        }
        assertThat(begun).isPositive();
        assertThat(committed).isNotEmpty();
    }

    private long committed(String group) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", CLUSTER.bootstrapServers()))) {
            return admin
                    .listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get(60, TimeUnit.SECONDS)
                    .values()
                    .stream()
                    .mapToLong(OffsetAndMetadata::offset)
                    .sum();
        }
    }

    private static ConsumerGroupDescription describe(String group) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", CLUSTER.bootstrapServers()))) {
            return admin.describeConsumerGroups(List.of(group))
                    .describedGroups()
                    .values()
                    .iterator()
                    .next()
                    .get(60, TimeUnit.SECONDS);
        }
    }

    private static NodeProcess coordinator(String group) throws Exception {
        return CLUSTER.broker(describe(group).coordinator().id());
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    @Shows(
            client = Program.JAVA,
            value =
                    "2 members own 4 of 8 partitions each, 8 members of 2 one or none, each group sees all: both protocols")
    void membersShareAndGroupsSeeAll(String protocol) throws Exception {
        String topic = "shared-" + protocol;
        clients.createTopic(topic, 8, 3, Map.of());
        produce(topic, 800);
        member(topic + "-a", protocol, topic);
        member(topic + "-a", protocol, topic);
        awaitShares(members, 4, 4);
        Member other = member(topic + "-b", protocol, topic);
        awaitShares(List.of(other), 8);
        Await.until(
                "both groups have read all",
                PATIENCE,
                () -> committed(topic + "-a") == 800 && committed(topic + "-b") == 800);
        members.forEach(member -> member.process.close());

        String narrow = "narrow-" + protocol;
        clients.createTopic(narrow, 2, 3, Map.of());
        List<Member> many = new ArrayList<>();
        for (int i = 0; i < 8; i++) many.add(member(narrow, protocol, narrow));
        Await.until("two of eight own something", PATIENCE, () -> {
            List<Set<String>> owned = many.stream().map(Member::owned).toList();
            return describe(narrow).members().size() == 8
                    && owned.stream().filter(its -> its.size() == 1).count() == 2
                    && owned.stream().filter(Set::isEmpty).count() == 6;
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    @Shows(
            client = Program.JAVA,
            value =
                    "members killed, stopped or slow and coordinators killed: nothing is lost or rewound, both protocols")
    void membersAndCoordinatorsFailAndNothingIsLost(String protocol) throws Exception {
        String topic = "failing-" + protocol;
        clients.createTopic(topic, 8, 3, Map.of());
        member(topic, protocol, topic);
        Member slow = member(topic, protocol, topic, 4_000);
        awaitShares(members, 4, 4);
        produce(topic, 400);
        slow.stall(true);
        awaitShares(List.of(members.get(0)), 8);
        slow.stall(false);
        awaitShares(members, 4, 4);
        slow.process.close();
        awaitShares(members, 8);
        Member paused = member(topic, protocol, topic);
        awaitShares(List.of(members.get(0), paused), 4, 4);
        paused.process.signal("STOP");
        produce(topic, 400);
        awaitShares(List.of(members.get(0)), 8);
        paused.process.signal("CONT");
        awaitShares(List.of(members.get(0), paused), 4, 4);

        Member third = killTheCoordinatorInARebalance(topic, protocol);
        produce(topic, 400);
        awaitThreeShare(List.of(members.get(0), paused, third));
        Await.until("all is read and committed", PATIENCE, () -> committed(topic) == 1_200);
        CLUSTER.heal();
        long all = 1_200 + killTheCoordinatorAmongCommits(topic);
        Await.until("all is read and committed", PATIENCE, () -> committed(topic) == all);
        CLUSTER.heal();
        awaitThreeShare(List.of(members.get(0), paused, third));
        assertThat(committed(topic)).isEqualTo(all);
        checkNothingIsRewound(topic);
    }

    /** @return a member that comes */
    private Member killTheCoordinatorInARebalance(String topic, String protocol) throws Exception {
        NodeProcess coordinator = coordinator(topic);
        // One that does not give up what it has keeps the rebalance going.
        members.get(0).stall(true);
        Member third = member(topic, protocol, topic);
        Await.until("a rebalance", PATIENCE, () -> {
            ConsumerGroupDescription group = describe(topic);
            return group.groupState() != GroupState.STABLE && group.members().size() == 3;
        });
        coordinator.kill();
        members.get(0).stall(false);
        return third;
    }

    private static void awaitThreeShare(List<Member> three) {
        Await.until("three share", PATIENCE, () -> {
            Set<String> all = new TreeSet<>();
            int sum = 0;
            for (Member member : three) {
                Set<String> owned = member.owned();
                if (owned.size() < 2 || owned.size() > 3) return false;
                all.addAll(owned);
                sum += owned.size();
            }
            return all.size() == 8 && sum == 8;
        });
    }

    /**
     * While records come all the time, and with them commits of all members.
     *
     * @return how many records
     */
    private long killTheCoordinatorAmongCommits(String topic) throws Exception {
        long sent = 0;
        try (KafkaProducer<byte[], byte[]> producer = clients.producer()) {
            for (long had = commits(); commits() < had + 20; sent += 20) produce(producer, topic, 20);
            coordinator(topic).kill();
            for (long had = commits(); commits() < had + 20; sent += 20) produce(producer, topic, 20);
        }
        return sent;
    }

    private long commits() {
        return members.stream().mapToLong(Member::commits).sum();
    }

    /** Each with a member that sends heartbeats; they go on at the next coordinator as if nothing had been. */
    @Test
    @Shows(client = Program.JAVA, value = "a thousand groups go on when their coordinator is killed")
    void aThousandLiveGroupsMoveWithTheirCoordinator() throws Exception {
        clients.createTopic("live", 4, 3, Map.of());
        int count = 1_000;
        try (LiveGroups live = new LiveGroups(CLUSTER.bootstrapServers(), "live", count)) {
            Await.until("all have joined", PATIENCE, () -> live.round() == count && live.assigned(4) == count);
            Duration before = cpu();
            for (int round = 0; round < 10; round++) assertThat(live.round()).isEqualTo(count);
            Figures.report("10,000 heartbeats of 1,000 groups, CPU of all brokers", cpu().minus(before));
            Figures.report("a broker with a third of 1,000 live groups, heap in use", heapMegabytes() + " MB");
            coordinator(live.someGroup()).kill();
            Await.until("all are served again", PATIENCE, () -> live.round() == count);
            assertThat(live.fenced()).as("members that had to join anew").isZero();
            assertThat(live.highestEpoch()).as("rebalances").isEqualTo(1);
            CLUSTER.heal();
        }
    }

    private static Duration cpu() {
        return CLUSTER.brokers().stream()
                .map(broker -> ProcessHandle.of(broker.pid())
                        .flatMap(process -> process.info().totalCpuDuration())
                        .orElseThrow())
                .reduce(Duration.ZERO, Duration::plus);
    }

    private static long heapMegabytes() {
        return (long) new Metrics(CLUSTER.brokers().get(0)).sum("jvm_memory_used_bytes", "area=\"heap\"") / 1_000_000;
    }

    @Test
    void aThousandGroupsOutliveTheirCoordinator() throws Exception {
        clients.createTopic("many", 1, 3, Map.of());
        produce("many", 1);
        TopicPartition partition = new TopicPartition("many", 0);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", CLUSTER.bootstrapServers()))) {
            List<org.apache.kafka.common.KafkaFuture<Void>> commits = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                commits.add(admin.alterConsumerGroupOffsets("many-" + i, Map.of(partition, new OffsetAndMetadata(i)))
                        .all());
            }
            for (var commit : commits) commit.get(120, TimeUnit.SECONDS);
            coordinator("many-7").kill();
            for (int i = 0; i < 1_000; i += 97) {
                assertThat(committed("many-" + i)).as("of group " + i).isEqualTo(i);
            }
            CLUSTER.heal();
            long listed =
                    admin.listGroups(ListGroupsOptions.forConsumerGroups()).all().get(60, TimeUnit.SECONDS).stream()
                            .filter(group -> group.groupId().startsWith("many-"))
                            .count();
            assertThat(listed).isEqualTo(1_000);
        }
    }
}
