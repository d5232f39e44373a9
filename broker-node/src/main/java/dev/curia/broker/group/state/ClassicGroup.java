package dev.curia.broker.group.state;

import dev.curia.broker.group.state.JoinGroup.Protocol;
import dev.curia.broker.group.state.JoinGroup.Request;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * A classic group as it lives: its members, generation and the rebalance under way. What a failover must keep is written as a
 * {@link GroupSnapshot} before anyone is told of it. Single-threaded; no timers, no answers but those of its members.
 *
 * <pre>
 *            first member joins              all joined                     assignment committed
 *   EMPTY ------------------------> PREPARING ----------> COMPLETING -----------------------> STABLE
 *     ^                              |  ^                     |                                 |
 *     +---- nobody joined -----------+  +---------------------+---- join, leave, timeout -------+
 * </pre>
 */
final class ClassicGroup {
    final String id;

    private GroupState state = GroupState.EMPTY;
    private GroupState previousState = GroupState.EMPTY;
    private long stateTimestampMs;
    private int generation;
    private @Nullable String protocolType;
    private @Nullable String protocol;
    private @Nullable String leader;
    private final Map<String, Member> members = new LinkedHashMap<>();
    private final Map<String, String> staticMembers = new HashMap<>();

    /** Member ids handed out (KIP-394) that have not joined yet. */
    final Set<String> pendingMembers = new LinkedHashSet<>();
    /** Members of this generation that have not sent SyncGroup. */
    final Set<String> pendingSync = new LinkedHashSet<>();
    /** While the first generation is delayed: how much longer it may be; -1 otherwise. */
    int initialDelayRemainingMs = -1;
    /** The delay that runs now, of the first generation. */
    int initialDelayMs;
    /** Since the delay that runs now began. */
    boolean newMemberAdded;
    /** The generation whose assignment is being written; -1 none. */
    int writingGeneration = -1;

    private final GroupEvents events;

    ClassicGroup(String id, long nowWallMs, GroupEvents events) {
        this.id = id;
        this.stateTimestampMs = nowWallMs;
        this.events = events;
        events.stateChanged(null, state);
    }

    /** As it was persisted; an interrupted rebalance is forgotten, its members join again. */
    static ClassicGroup restore(String id, GroupSnapshot snapshot, GroupEvents events) {
        ClassicGroup group = new ClassicGroup(id, snapshot.stateTimestampMs(), events);
        group.generation = snapshot.generation();
        group.protocolType = snapshot.protocolType().isEmpty() ? null : snapshot.protocolType();
        group.protocol = snapshot.protocol();
        group.leader = snapshot.leader();
        String name = Objects.requireNonNullElse(snapshot.protocol(), "");
        for (MemberSnapshot member : snapshot.members()) group.put(new Member(member, name));
        if (!group.members.isEmpty()) group.transitionTo(GroupState.STABLE, snapshot.stateTimestampMs());
        return group;
    }

    GroupSnapshot snapshot(Map<String, Bytes> assignments, long nowWallMs) {
        List<MemberSnapshot> persisted = members.values().stream()
                .map(m -> m.snapshot(protocol, assignments.getOrDefault(m.id, Bytes.EMPTY)))
                .toList();
        return new GroupSnapshot(
                Objects.requireNonNullElse(protocolType, ""), generation, protocol, leader, nowWallMs, persisted);
    }

    /** As it stands. */
    GroupSnapshot snapshot() {
        return snapshot(
                members.values().stream().collect(Collectors.toMap(m -> m.id, m -> m.assignment)), stateTimestampMs);
    }

    GroupState state() {
        return state;
    }

    long stateTimestampMs() {
        return stateTimestampMs;
    }

    boolean is(GroupState... any) {
        for (GroupState s : any) if (s == state) return true;
        return false;
    }

    /** Of a rebalance: it is the group's first, or the first after everybody had left. */
    boolean wasEmpty() {
        return previousState == GroupState.EMPTY;
    }

    void transitionTo(GroupState next, long nowWallMs) {
        previousState = state;
        state = next;
        stateTimestampMs = nowWallMs;
        events.stateChanged(previousState, state);
    }

    int generation() {
        return generation;
    }

    @Nullable
    String protocolType() {
        return protocolType;
    }

    @Nullable
    String protocol() {
        return protocol;
    }

    /** Empty when there is none. */
    String leader() {
        return Objects.requireNonNullElse(leader, "");
    }

    boolean isLeader(String memberId) {
        return memberId.equals(leader);
    }

    Collection<Member> members() {
        return members.values();
    }

    @Nullable
    Member member(String memberId) {
        return members.get(memberId);
    }

    boolean hasMember(String memberId) {
        return members.containsKey(memberId);
    }

    /** The member id behind an instance id. */
    @Nullable
    String staticMember(String instanceId) {
        return staticMembers.get(instanceId);
    }

    /** NONE when a request of this member, under this instance id if any, may be served. */
    Errors validate(String memberId, @Nullable String instanceId) {
        if (instanceId != null) {
            String current = staticMembers.get(instanceId);
            if (current == null) return Errors.UNKNOWN_MEMBER_ID;
            if (!current.equals(memberId)) return Errors.FENCED_INSTANCE_ID;
        }
        return hasMember(memberId) ? Errors.NONE : Errors.UNKNOWN_MEMBER_ID;
    }

    /** As {@link #validate(String, String)}, and of this generation. */
    Errors validate(String memberId, @Nullable String instanceId, int itsGeneration) {
        if (state == GroupState.DEAD) return Errors.COORDINATOR_NOT_AVAILABLE;
        Errors error = validate(memberId, instanceId);
        if (error != Errors.NONE) return error;
        return itsGeneration == generation ? Errors.NONE : Errors.ILLEGAL_GENERATION;
    }

    /** Whether a member with these protocols could work with those that are here. */
    boolean supports(Request request) {
        if (request.protocolType().isEmpty() || request.protocols().isEmpty()) return false;
        if (members.isEmpty()) return true;
        return request.protocolType().equals(protocolType)
                && request.protocols().stream().anyMatch(p -> supportedByAll(p.name()));
    }

    private boolean supportedByAll(String name) {
        return members.values().stream().allMatch(m -> m.supports(name));
    }

    void add(Member member, String itsProtocolType) {
        if (members.isEmpty()) protocolType = itsProtocolType;
        if (leader == null) leader = member.id;
        put(member);
    }

    private void put(Member member) {
        members.put(member.id, member);
        pendingMembers.remove(member.id);
        if (member.instanceId != null) staticMembers.put(member.instanceId, member.id);
    }

    /** Answers whatever it waits for with {@code error}. The next member leads, if it led. */
    void remove(Member member, Errors error) {
        members.remove(member.id);
        pendingSync.remove(member.id);
        if (member.instanceId != null) staticMembers.remove(member.instanceId, member.id);
        if (isLeader(member.id)) {
            leader = members.isEmpty() ? null : members.keySet().iterator().next();
        }
        member.fail(error);
    }

    /** A static member came back under a new member id, which takes the place of the old one. */
    void replace(Member old, Member successor) {
        boolean led = isLeader(old.id);
        successor.assignment = old.assignment;
        members.remove(old.id);
        pendingSync.remove(old.id);
        put(successor);
        if (led) leader = successor.id;
        old.fail(Errors.FENCED_INSTANCE_ID);
    }

    long awaitingJoin() {
        return members.values().stream().filter(Member::awaitsJoin).count();
    }

    boolean allJoined() {
        return pendingMembers.isEmpty() && awaitingJoin() == members.size();
    }

    /** The longest its members ask for. */
    int rebalanceTimeoutMs() {
        return members.values().stream()
                .mapToInt(m -> m.rebalanceTimeoutMs)
                .max()
                .orElse(0);
    }

    /** False when the leader has not joined this rebalance, and nobody else has. */
    boolean electJoinedLeader() {
        Member current = leader == null ? null : members.get(leader);
        if (current == null) return false;
        if (current.awaitsJoin()) return true;
        for (Member m : members.values()) {
            if (m.awaitsJoin()) {
                leader = m.id;
                return true;
            }
        }
        return false;
    }

    /** Everybody has joined who will. */
    void beginGeneration(long nowWallMs) {
        generation++;
        writingGeneration = -1;
        pendingSync.clear();
        initialDelayRemainingMs = -1;
        protocol = members.isEmpty() ? null : chooseProtocol();
        if (members.isEmpty()) leader = null;
        transitionTo(members.isEmpty() ? GroupState.EMPTY : GroupState.COMPLETING_REBALANCE, nowWallMs);
    }

    /** Each member votes for the first on its list that all support; most votes win, the earlier first vote on a draw. */
    String chooseProtocol() {
        Map<String, Integer> votes = new LinkedHashMap<>();
        for (Member member : members.values()) {
            for (Protocol p : member.protocols) {
                if (supportedByAll(p.name())) {
                    votes.merge(p.name(), 1, Integer::sum);
                    break;
                }
            }
        }
        String best = null;
        for (Map.Entry<String, Integer> vote : votes.entrySet()) {
            if (best == null || vote.getValue() > Objects.requireNonNull(votes.get(best))) best = vote.getKey();
        }
        if (best == null) throw new IllegalStateException("group " + id + ": no protocol that all members support");
        return best;
    }

    /** What every member has joined with, for the leader. */
    List<JoinGroup.Member> subscriptions() {
        return members.values().stream()
                .map(m -> new JoinGroup.Member(m.id, m.instanceId, m.metadata(protocol)))
                .toList();
    }

    JoinGroup.Reply joined(Member member) {
        return new JoinGroup.Reply(
                Errors.NONE,
                generation,
                protocolType,
                protocol,
                leader(),
                member.id,
                false,
                isLeader(member.id) ? subscriptions() : List.of());
    }

    SyncGroup.Reply synced(Member member) {
        return new SyncGroup.Reply(Errors.NONE, protocolType, protocol, member.assignment);
    }

    @Override
    public String toString() {
        return id + " " + state.title() + " generation " + generation + " members " + members.keySet();
    }
}
