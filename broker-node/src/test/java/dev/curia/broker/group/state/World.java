package dev.curia.broker.group.state;

import dev.curia.broker.coordinator.Now;
import dev.curia.broker.coordinator.Outcome;
import dev.curia.broker.coordinator.ShardWorld;
import dev.curia.broker.group.state.assign.Assignors;
import dev.curia.broker.group.state.assign.SubscribableTopics;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** A shard of groups; see {@link ShardWorld}. */
final class World extends ShardWorld<GroupShard, GroupRecord, GroupTimer> {
    static final TopicPartition P0 = new TopicPartition("t", 0);
    static final long RETENTION_MS = 3_600_000;
    static final int SESSION_MS = 10_000;
    static final int REBALANCE_MS = 60_000;

    final GroupSettings settings;

    /** Of the cluster: name to partitions. */
    final Map<String, Integer> topics = new LinkedHashMap<>();
    /** Groups whose expressions wait to be resolved. */
    final Map<String, Set<String>> resolving = new LinkedHashMap<>();

    /** In topic t. */
    long recordsKeptMs;
    /** Of rebalances. */
    final List<String> told = new ArrayList<>();

    private int ids;

    World() {
        this(new GroupSettings(3_000, 6_000, 1_800_000, 300_000, 100, 100, RETENTION_MS, RETENTION_MS / 10));
    }

    World(GroupSettings settings) {
        this.settings = settings;
        begin();
    }

    @Override
    protected GroupShard newShard() {
        resolving.clear();
        ConsumerSettings consumer = new ConsumerSettings(
                settings.maxSize(),
                new Assignors(List.of("uniform", "range")),
                MigrationPolicy.BIDIRECTIONAL,
                groupId -> new ConsumerSettings.Timing(SESSION_MS, SESSION_MS / 3));
        return new GroupShard(
                settings,
                this,
                () -> Integer.toString(ids++),
                bytes -> Set.of("t"),
                new ConsumerPorts(consumer, this::snapshot, new Expressions(), new Names()),
                topic -> topic.equals("t") ? recordsKeptMs : 0,
                new Told());
    }

    private final class Told implements GroupEvents {
        @Override
        public void rebalanceStarted(String groupId, Trigger trigger) {
            told.add(groupId + " begins: " + trigger.kind());
        }

        @Override
        public void memberTooLate(String groupId, String memberId) {
            told.add(groupId + " without " + memberId);
        }

        @Override
        public void rebalanceCompleted(String groupId, int generation, int members) {
            told.add(groupId + " ends: generation " + generation + ", members " + members);
        }

        @Override
        public void unloaded(String groupId) {
            told.add(groupId + " unloaded");
        }
    }

    static Uuid topicId(String name) {
        return new Uuid(name.hashCode(), 1);
    }

    private SubscribableTopics snapshot() {
        Map<String, Integer> now = Map.copyOf(topics);
        return new SubscribableTopics() {
            @Override
            public Optional<Topic> find(String name) {
                return Optional.ofNullable(now.get(name)).map(n -> new Topic(name, topicId(name), n));
            }

            @Override
            public Optional<Topic> find(Uuid id) {
                return now.keySet().stream()
                        .filter(name -> topicId(name).equals(id))
                        .findFirst()
                        .flatMap(this::find);
            }
        };
    }

    /** Java's expressions; resolved when told to. */
    private final class Expressions implements RegexPort {
        @Override
        public void check(String expression) {
            java.util.regex.Pattern.compile(expression);
        }

        @Override
        public void resolve(String groupId, Set<String> expressions) {
            resolving.put(groupId, Set.copyOf(expressions));
        }
    }

    /** Names of partitions as text: "t-0,t-1"; a subscription is always to t. */
    private static final class Names implements EmbeddedProtocol {
        @Override
        public Subscription subscription(Bytes metadata) {
            return new Subscription(Set.of("t"), List.of(), -1, null);
        }

        @Override
        public List<TopicPartition> assigned(Bytes assignment) {
            String text = new String(assignment.toArray(), java.nio.charset.StandardCharsets.UTF_8);
            if (!text.startsWith("t-")) return List.of();
            return java.util.Arrays.stream(text.split(","))
                    .map(name -> new TopicPartition("t", Integer.parseInt(name.substring(2))))
                    .toList();
        }

        @Override
        public Bytes assignment(List<TopicPartition> partitions, Bytes metadata) {
            String text = String.join(
                    ",", partitions.stream().map(TopicPartition::toString).toList());
            return Bytes.of(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
    }

    void resolveAll() {
        while (!resolving.isEmpty()) {
            String groupId = resolving.keySet().iterator().next();
            Map<String, ConsumerRecord.Resolved> found = new LinkedHashMap<>();
            for (String expression : Objects.requireNonNull(resolving.remove(groupId))) {
                TreeSet<String> matching = new TreeSet<>();
                for (String topic : topics.keySet()) if (topic.matches(expression)) matching.add(topic);
                found.put(expression, new ConsumerRecord.Resolved(matching, 1, 1));
            }
            perform(shard.regexesResolved(groupId, found, now()));
        }
    }

    void topic(String name, int partitions) {
        Map<Uuid, String> removed = partitions == 0 ? Map.of(topicId(name), name) : Map.of();
        if (partitions == 0) topics.remove(name);
        else topics.put(name, partitions);
        shard.topicsChanged(Set.of(name), removed).forEach(this::perform);
    }

    Box<ConsumerHeartbeat.Reply> consume(ConsumerHeartbeat.Request request) {
        return ask(request, shard::consumerHeartbeat);
    }

    void refuseNextOf(Runnable change) {
        change.run();
        refuseNext(Errors.COORDINATOR_NOT_AVAILABLE);
    }

    CommittedGroups replayed() {
        CommittedGroups replayed = new CommittedGroups();
        log.forEach(replayed::replay);
        return replayed;
    }

    private <Q, T> Box<T> ask(Q request, Asked<Q, T> handler) {
        Box<T> box = new Box<>();
        perform(handler.ask(request, now(), box));
        return box;
    }

    /** A handler of the shard. */
    interface Asked<Q, T> {
        Outcome<GroupRecord> ask(Q request, Now now, Consumer<T> answer);
    }

    static JoinGroup.Request joinRequest(String memberId, @Nullable String instanceId, String... protocols) {
        return new JoinGroup.Request(
                "g",
                memberId,
                instanceId,
                new JoinGroup.Client("c", "/h"),
                REBALANCE_MS,
                SESSION_MS,
                "consumer",
                List.of(protocols.length == 0 ? new String[] {"range"} : protocols).stream()
                        .map(name -> new JoinGroup.Protocol(name, Bytes.of(new byte[] {1})))
                        .toList(),
                false,
                true);
    }

    Box<JoinGroup.Reply> join(JoinGroup.Request request) {
        return ask(request, shard::join);
    }

    Box<JoinGroup.Reply> join(String memberId) {
        return join(joinRequest(memberId, null));
    }

    Box<SyncGroup.Reply> sync(String memberId, int generation, Map<String, Bytes> assignments) {
        return ask(new SyncGroup.Request("g", generation, memberId, null, "consumer", null, assignments), shard::sync);
    }

    Errors heartbeat(String memberId, int generation) {
        return this.<Heartbeat.Request, Errors>ask(
                        new Heartbeat.Request("g", generation, memberId, null), shard::heartbeat)
                .get();
    }

    LeaveGroup.Reply leave(LeaveGroup.Member... members) {
        return this.<LeaveGroup.Request, LeaveGroup.Reply>ask(
                        new LeaveGroup.Request("g", List.of(members)), shard::leave)
                .get();
    }

    LeaveGroup.Reply leave(String memberId) {
        return leave(new LeaveGroup.Member(memberId, null));
    }

    Box<OffsetCommit.Reply> commit(String memberId, int generation, TopicPartition partition, long offset) {
        return ask(commitRequest(memberId, generation, partition, offset), shard.offsets()::commit);
    }

    private static OffsetCommit.Request commitRequest(
            String memberId, int generation, TopicPartition partition, long offset) {
        OffsetCommit.Offset value = new OffsetCommit.Offset(partition, Uuid.ZERO, offset, -1, "");
        return new OffsetCommit.Request("g", generation, memberId, null, OptionalLong.empty(), List.of(value));
    }

    Errors commitErrorInTransaction(String memberId, int generation, long offset) {
        TxnOffsetCommit.Request request =
                new TxnOffsetCommit.Request(commitRequest(memberId, generation, P0, offset), 9, (short) 0);
        return ask(request, shard.offsets()::commitInTransaction).get().errors().getOrDefault(P0, Errors.NONE);
    }

    Errors commitError(String memberId, int generation, long offset) {
        return commit(memberId, generation, P0, offset).get().errors().getOrDefault(P0, Errors.NONE);
    }

    /** A commit of a client without membership, which must be answered at once. */
    Errors commitAfterDelete() {
        return commitError("", -1, 10);
    }

    /** As the log has it; -1 when there is none. */
    long fetchOf(TopicPartition partition) {
        CommittedOffset offset = shard.committed().offsets("g").get(partition);
        return offset == null ? -1 : offset.offset();
    }

    /** -1 when there is none. */
    long fetch(TopicPartition partition) {
        Box<OffsetFetch.Reply> box = new Box<>();
        perform(shard.offsets().fetch(new OffsetFetch.Request("g", java.util.Optional.of(List.of(partition))), box));
        CommittedOffset offset = box.get().offsets().get(partition);
        return offset == null ? -1 : offset.offset();
    }

    Errors delete() {
        Box<Errors> box = new Box<>();
        perform(shard.delete("g", now(), box));
        return box.get();
    }

    GroupView.Described describe() {
        Box<GroupView.Described> box = new Box<>();
        perform(shard.describe("g", box));
        return box.get();
    }

    GroupState state() {
        return describe().state();
    }

    /** A stable group of {@code size} dynamic members; the first leads. */
    List<String> stable(int size) {
        List<Box<JoinGroup.Reply>> joins = new ArrayList<>();
        for (int i = 0; i < size; i++) joins.add(join(""));
        advance(settings.initialRebalanceDelayMs() * 2L);
        List<String> members = joins.stream().map(box -> box.get().memberId()).toList();
        syncAll(members, joins.get(0).get().generation());
        return members;
    }

    /** All sync, the leader last; everybody is assigned its own name. */
    void syncAll(List<String> members, int generation) {
        Map<String, Bytes> assignments = new LinkedHashMap<>();
        for (String m : members) assignments.put(m, Bytes.of(m.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        members.forEach(m -> sync(m, generation, assignments));
    }
}
