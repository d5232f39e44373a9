package dev.curia.broker.kafka.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.metadata.image.Features;
import dev.curia.testkit.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kafka's own consumer with {@code group.protocol=consumer} (KIP-848), over the wire. */
class ConsumerGroupsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private TestBroker broker;
    private Admin admin;
    private final List<Member> members = new ArrayList<>();
    /** Who has been told that it has a partition, and not yet that it has not. */
    private final Map<TopicPartition, Member> owners = new ConcurrentHashMap<>();

    private final AtomicReference<@Nullable String> violation = new AtomicReference<>();

    @BeforeEach
    void start() throws IOException {
        Map<String, String> config = new HashMap<>(Map.of(
                "offsets.topic.num.partitions", "2",
                // Asks for the coordinators.
                "transaction.state.log.num.partitions", "1",
                "offsets.topic.replication.factor", "1",
                "group.consumer.min.heartbeat.interval.ms", "100",
                "group.consumer.heartbeat.interval.ms", "200",
                "group.consumer.min.session.timeout.ms", "1000",
                "group.consumer.session.timeout.ms", "3000",
                "group.initial.rebalance.delay.ms", "0",
                "group.min.session.timeout.ms", "1000"));
        broker = new TestBroker(directory, Duration.ofMinutes(1), null, config);
        admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
    }

    @AfterEach
    void stop() throws IOException {
        List.copyOf(members).forEach(Member::stop);
        admin.close();
        broker.close();
        assertThat(violation.get()).isNull();
    }

    /** A consumer on its own thread. */
    private final class Member implements ConsumerRebalanceListener {
        final Set<TopicPartition> assigned = ConcurrentHashMap.newKeySet();
        final Set<String> seen = ConcurrentHashMap.newKeySet();
        final AtomicBoolean running = new AtomicBoolean(true);
        final Thread thread;
        final KafkaConsumer<String, String> consumer;

        Member(Map<String, Object> more, SubscriptionPattern pattern) {
            this(more);
            consumer.subscribe(pattern, this);
            thread.start();
        }

        Member(Map<String, Object> more, String... topics) {
            this(more);
            consumer.subscribe(List.of(topics), this);
            thread.start();
        }

        private Member(Map<String, Object> more) {
            Map<String, Object> config = new HashMap<>(Map.of(
                    "bootstrap.servers", broker.bootstrap(),
                    "group.id", "g",
                    "group.protocol", "consumer",
                    "auto.offset.reset", "earliest",
                    "enable.auto.commit", "true",
                    "auto.commit.interval.ms", "100"));
            config.putAll(more);
            consumer = new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
            thread = new Thread(this::run, "member-" + members.size());
            members.add(this);
        }

        private void run() {
            try (consumer) {
                while (running.get()) {
                    consumer.poll(Duration.ofMillis(50)).forEach(record -> seen.add(record.value()));
                }
            } catch (RuntimeException e) {
                violation.compareAndSet(null, e.toString());
            }
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            for (TopicPartition partition : partitions) {
                Member before = owners.put(partition, this);
                if (before != null && before != this) violation.set(partition + " has two owners");
            }
            assigned.addAll(partitions);
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            assigned.removeAll(partitions);
            partitions.forEach(partition -> owners.remove(partition, this));
        }

        void stop() {
            running.set(false);
            try {
                thread.join(30_000);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            members.remove(this);
        }
    }

    private Member member() {
        return new Member(Map.of(), "t");
    }

    private void awaitShares(int... sizes) {
        Await.until("shares of the members", PATIENCE, () -> {
            for (int i = 0; i < sizes.length; i++) if (members.get(i).assigned.size() != sizes[i]) return false;
            return true;
        });
    }

    private void produce(String topic, int from, int to) {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrap()), new StringSerializer(), new StringSerializer())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = from; i < to; i++) sent.add(producer.send(new ProducerRecord<>(topic, "k" + i, "v" + i)));
            assertThat(sent).hasSize(to - from);
        }
    }

    private ConsumerGroupDescription describe() throws Exception {
        return Objects.requireNonNull(admin.describeConsumerGroups(List.of("g"))
                .all()
                .get(30, TimeUnit.SECONDS)
                .get("g"));
    }

    @Test
    void twoMembersShareEightPartitionsAndTakeOverFromEachOther() throws Exception {
        broker.topic("t", 8);
        produce("t", 0, 100);
        Member first = member();
        awaitShares(8);
        Member second = member();
        awaitShares(4, 4);
        Await.until("stable", PATIENCE, () -> describe().groupState() == GroupState.STABLE);
        ConsumerGroupDescription description = describe();
        assertThat(description.type()).isEqualTo(GroupType.CONSUMER);
        assertThat(description.partitionAssignor()).isEqualTo("uniform");
        assertThat(description.members())
                .hasSize(2)
                .allSatisfy(m -> assertThat(m.assignment().topicPartitions()).hasSize(4));
        assertThat(admin.listGroups(new ListGroupsOptions().withTypes(Set.of(GroupType.CONSUMER)))
                        .all()
                        .get(30, TimeUnit.SECONDS))
                .singleElement()
                .satisfies(group -> assertThat(group.groupId()).isEqualTo("g"));
        for (int p = 0; p < 2; p++) broker.leadAnew("__consumer_offsets", p);
        produce("t", 100, 200);
        Await.until("all records", PATIENCE, () -> {
            Set<String> all = new TreeSet<>(first.seen);
            all.addAll(second.seen);
            return all.size() == 200;
        });
        first.stop();
        awaitShares(8);
        Await.until("all is committed", PATIENCE, () -> committed("t") == 200);
    }

    private long committed(String... topics) throws Exception {
        Set<String> these = Set.of(topics);
        return admin
                .listConsumerGroupOffsets("g")
                .partitionsToOffsetAndMetadata()
                .get(30, TimeUnit.SECONDS)
                .entrySet()
                .stream()
                .filter(offset -> these.contains(offset.getKey().topic()))
                .mapToLong(offset -> offset.getValue().offset())
                .sum();
    }

    @Test
    void clientsDoNotWriteToWhatCoordinatorsRead() throws Exception {
        broker.topic("t", 1);
        produce("t", 0, 1);
        Member member = member();
        Await.until("all is read", PATIENCE, () -> member.seen.size() == 1);
        Map<String, Object> config = Map.of("bootstrap.servers", broker.bootstrap());
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            assertThatThrownBy(() -> producer.send(new ProducerRecord<>("__consumer_offsets", 0, "key", "value"))
                            .get(30, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(InvalidTopicException.class);
        }
    }

    @Test
    void onlyOnceTheLevelIsFinalized() throws Exception {
        broker.topic("t", 1);
        produce("t", 0, 10);
        broker.feature(Features.GROUP_VERSION, 0);
        Map<String, Object> config = Map.of(
                "bootstrap.servers", broker.bootstrap(),
                "group.id", "g",
                "group.protocol", "consumer");
        try (KafkaConsumer<String, String> early =
                new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            early.subscribe(List.of("t"));
            assertThatThrownBy(() -> early.poll(PATIENCE)).isInstanceOf(UnsupportedVersionException.class);
        }
        admin.updateFeatures(
                        Map.of(Features.GROUP_VERSION, new FeatureUpdate((short) 1, FeatureUpdate.UpgradeType.UPGRADE)),
                        new UpdateFeaturesOptions())
                .all()
                .get(30, TimeUnit.SECONDS);
        Member member = member();
        Await.until("all is read", PATIENCE, () -> member.seen.size() == 10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"consumer", "classic"})
    void eightMembersOfTwoPartitionsAndTopicsThatGrow(String protocol) throws Exception {
        broker.topic("t", 2);
        Map<String, Object> config = Map.of("group.protocol", protocol, "metadata.max.age.ms", 500);
        for (int i = 0; i < 8; i++) new Member(config, "t");
        Await.until("two owners", PATIENCE, () -> describe().members().size() == 8 && owners(1) == 2 && owners(0) == 6);
        admin.createPartitions(Map.of("t", NewPartitions.increaseTo(8))).all().get(30, TimeUnit.SECONDS);
        Await.until("eight owners", PATIENCE, () -> owners(1) == 8);
    }

    private long owners(int partitions) {
        return members.stream().filter(m -> m.assigned.size() == partitions).count();
    }

    @Test
    void anExpressionFollowsTopics() throws Exception {
        broker.topic("orders-1", 1);
        broker.topic("other", 1);
        // What it would commit is told in the next test.
        new Member(Map.of("enable.auto.commit", "false"), new SubscriptionPattern("orders-[0-9]+"));
        awaitShares(1);
        broker.topic("orders-2", 2);
        awaitShares(3);
        assertThat(members.get(0).assigned).extracting(TopicPartition::topic).doesNotContain("other");
        // Nor over one that goes before it knows where to begin.
        produce("orders-1", 0, 1);
        produce("orders-2", 1, 20);
        Await.until("all is read", PATIENCE, () -> members.get(0).seen.size() == 20);
        admin.deleteTopics(List.of("orders-1")).all().get(30, TimeUnit.SECONDS);
        awaitShares(2);
    }

    /**
     * Before it gives partitions up, Kafka's client commits, and again while it is told that a topic is gone: for as long as its metadata has
     * the topic's id (consumer protocol), or until max.poll.interval.ms is over (classic protocol).
     */
    @ParameterizedTest
    @ValueSource(strings = {"consumer", "classic"})
    void aMemberThatCommitsByItselfGetsOverATopicThatGoes(String protocol) throws Exception {
        broker.topic("stays", 2);
        broker.topic("goes", 2);
        produce("stays", 0, 10);
        produce("goes", 10, 20);
        Member member = new Member(
                Map.of(
                        "group.protocol",
                        protocol,
                        "metadata.max.age.ms",
                        500,
                        "max.poll.interval.ms",
                        4_000,
                        "allow.auto.create.topics",
                        false),
                "stays",
                "goes");
        awaitShares(4);
        Await.until("all is read", PATIENCE, () -> member.seen.size() == 20);
        Await.until("and committed", PATIENCE, () -> committed("stays", "goes") == 20);
        admin.deleteTopics(List.of("goes")).all().get(30, TimeUnit.SECONDS);
        Await.until("its offsets are forgotten", PATIENCE, () -> committed("goes") == 0);
        produce("stays", 20, 30);
        Await.until("it reads on", PATIENCE, () -> member.seen.size() == 30);
        awaitShares(2);
        produce("stays", 30, 40);
        Await.until("and on", PATIENCE, () -> member.seen.size() == 40);
        Await.until("and commits", PATIENCE, () -> committed("stays") == 30);
    }

    @Test
    void rangeIsChosenAndStaticMembersComeBackToTheirs() throws Exception {
        broker.topic("t", 4);
        Map<String, Object> first = Map.of("group.instance.id", "i1", "group.remote.assignor", "range");
        Map<String, Object> second = Map.of("group.instance.id", "i2", "group.remote.assignor", "range");
        new Member(first, "t");
        Member other = new Member(second, "t");
        awaitShares(2, 2);
        assertThat(describe().partitionAssignor()).isEqualTo("range");
        assertThat(other.assigned).containsExactlyInAnyOrder(new TopicPartition("t", 2), new TopicPartition("t", 3));
        other.stop();
        new Member(second, "t");
        awaitShares(2, 2);
        assertThat(members.get(1).assigned)
                .containsExactlyInAnyOrder(new TopicPartition("t", 2), new TopicPartition("t", 3));
    }

    @Test
    void aClassicGroupIsUpgradedMemberByMemberAndBack() throws Exception {
        broker.topic("t", 6);
        produce("t", 0, 60);
        Map<String, Object> classic = Map.of(
                "group.protocol",
                "classic",
                "heartbeat.interval.ms",
                100,
                "session.timeout.ms",
                6_000,
                "partition.assignment.strategy",
                "org.apache.kafka.clients.consumer.CooperativeStickyAssignor");
        Member first = new Member(classic, "t");
        Member second = new Member(classic, "t");
        awaitShares(3, 3);
        Member third = member();
        awaitShares(2, 2, 2);
        assertThat(describe().type()).isEqualTo(GroupType.CONSUMER);
        produce("t", 60, 120);
        second.stop();
        awaitShares(3, 3);
        Member fourth = new Member(classic, "t");
        awaitShares(2, 2, 2);
        third.stop();
        awaitShares(3, 3);
        Await.until("classic again", PATIENCE, () -> describe().type() == GroupType.CLASSIC);
        produce("t", 120, 180);
        Await.until("all is committed", PATIENCE, () -> committed("t") == 180);
        Set<String> seen = new TreeSet<>(first.seen);
        for (Member member : List.of(second, third, fourth)) seen.addAll(member.seen);
        assertThat(seen).hasSize(180);
    }

    @Test
    void aCommitToAGroupThatThereIsNotIsRefusedAsTheClientsVersionKnowsIt() throws Exception {
        broker.topic("t", 1);
        admin.listConsumerGroupOffsets("none")
                .partitionsToOffsetAndMetadata()
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        Await.until("loaded", PATIENCE, () -> commit(9, -1) == Errors.NONE);
        assertThat(commit(9, 3)).isEqualTo(Errors.GROUP_ID_NOT_FOUND);
        assertThat(commit(8, 3)).isEqualTo(Errors.ILLEGAL_GENERATION);
    }

    /** KIP-1331. */
    @Test
    void aGroupThatCannotBeDeletedIsToldOfWithTheReason() throws Exception {
        broker.topic("t", 1);
        Member member = member();
        awaitShares(1);
        var request = new DeleteGroupsRequestData().setGroupsNames(List.of("g"));
        assertThat(delete(2, request).errorMessage()).isNull();
        DeletableGroupResult refused = delete(3, request);
        assertThat(Errors.forCode(refused.errorCode())).isEqualTo(Errors.NON_EMPTY_GROUP);
        assertThat(refused.errorMessage()).isEqualTo("The group is not empty.");
        member.stop();
        assertThat(delete(3, request)).isEqualTo(new DeletableGroupResult().setGroupId("g"));
    }

    private DeletableGroupResult delete(int version, DeleteGroupsRequestData request) throws IOException {
        return ((DeleteGroupsResponseData) WireTest.call(broker.port(), ApiKeys.DELETE_GROUPS, version, request))
                .results()
                .iterator()
                .next()
                .duplicate();
    }

    /** A generation of -1 is of a client that is in no group; it commits to another. */
    private Errors commit(int version, int generation) throws IOException {
        var request = new OffsetCommitRequestData()
                .setGroupId(generation < 0 ? "some" : "none")
                .setMemberId(generation < 0 ? "" : "m")
                .setGenerationIdOrMemberEpoch(generation)
                .setTopics(List.of(new OffsetCommitRequestData.OffsetCommitRequestTopic()
                        .setName("t")
                        .setPartitions(List.of(
                                new OffsetCommitRequestData.OffsetCommitRequestPartition().setCommittedOffset(5)))));
        OffsetCommitResponseData response =
                (OffsetCommitResponseData) WireTest.call(broker.port(), ApiKeys.OFFSET_COMMIT, version, request);
        return Errors.forCode(response.topics().get(0).partitions().get(0).errorCode());
    }
}
