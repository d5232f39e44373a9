package dev.curia.broker.group.state;

import dev.curia.broker.coordinator.Now;
import dev.curia.broker.coordinator.Outcome;
import dev.curia.broker.coordinator.ShardTimers;
import dev.curia.broker.group.state.ConsumerHeartbeat.Reply;
import dev.curia.broker.group.state.ConsumerHeartbeat.Request;
import dev.curia.broker.group.state.ConsumerRecord.Resolved;
import dev.curia.broker.group.state.LiveConsumerGroup.Session;
import dev.curia.broker.group.state.LiveConsumerGroup.Waiting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.Errors;

/**
 * A shard's consumer groups (KIP-848): decides one change of a group after the other, and holds members to their timeouts. Single-threaded
 * and pure.
 */
final class ConsumerGroups {
    /** How soon a timeout is looked at again that came while the group was being changed, or whose change failed. */
    private static final long AGAIN_MS = 500;

    /** The classic group of the same id, if there is one. */
    interface Predecessors {
        /**
         * Writes what is left of it into the draft of the consumer group, and its removal.
         *
         * @throws Refused when it can't make room
         */
        void makeRoom(String groupId, GroupDraft draft);

        /** That is committed. */
        void replaced(String groupId);

        /** A classic group takes the place of the consumer group: this is committed. */
        void restored(String groupId, GroupSnapshot classic, Now now);
    }

    private final ConsumerPorts ports;
    private final Predecessors predecessors;
    private final CommittedGroups committed;
    private final ShardTimers<GroupTimer> timers;
    private final GroupEvents events;
    private final ConsumerHeartbeats heartbeats;
    private final ConsumerSessions sessions;
    private final ConsumerRegexes regexes;
    private final Migration migration;
    private final MixedGroups mixed;
    private final Map<String, LiveConsumerGroup> live = new LinkedHashMap<>();

    ConsumerGroups(
            ConsumerPorts ports,
            CommittedGroups committed,
            ShardTimers<GroupTimer> timers,
            GroupEvents events,
            Predecessors predecessors,
            Migration migration,
            Supplier<String> memberIdSuffix) {
        this.ports = ports;
        this.predecessors = predecessors;
        this.committed = committed;
        this.timers = timers;
        this.events = events;
        this.heartbeats = new ConsumerHeartbeats(ports.settings());
        this.sessions = new ConsumerSessions(ports.settings(), timers);
        this.regexes = new ConsumerRegexes(this, ports.regexes());
        this.migration = migration;
        this.mixed = new MixedGroups(this, sessions, ports, memberIdSuffix);
    }

    /** A consumer group, or about to be one. */
    boolean has(String groupId) {
        return live.containsKey(groupId);
    }

    /** It is, or is being written: requests of members go here. */
    boolean serves(String groupId) {
        LiveConsumerGroup its = live.get(groupId);
        return its != null && (its.writing || group(groupId).exists());
    }

    /** For requests of the classic protocol. */
    MixedGroups mixed() {
        return mixed;
    }

    ConsumerGroup group(String groupId) {
        return committed.consumer(groupId);
    }

    void loaded(Now now) {
        for (String groupId : committed.groupIds()) {
            if (!group(groupId).exists()) continue;
            LiveConsumerGroup its = create(groupId);
            group(groupId).members().keySet().forEach(memberId -> sessions.heard(its, group(groupId), memberId, now));
            sessions.settle(its, group(groupId));
            // Which of the epochs before it were told, the other coordinator knows.
            if (group(groupId).state() == GroupState.EMPTY || group(groupId).state() == GroupState.STABLE) {
                its.toldEpoch = group(groupId).epoch();
            }
            tell(its, group(groupId));
            // Nobody may have been here to hear of new topics.
            regexes.resolveAll(its);
        }
    }

    void unloaded() {
        live.values().forEach(its -> {
            if (its.told != null) events.stateChanged(its.told, null);
            events.unloaded(its.id);
        });
        live.clear();
    }

    private LiveConsumerGroup create(String groupId) {
        return live.computeIfAbsent(groupId, LiveConsumerGroup::new);
    }

    GroupDraft draft(String groupId) {
        return new GroupDraft(groupId, group(groupId), ports.topics().get());
    }

    Outcome<GroupRecord> heartbeat(Request request, Now now, Consumer<Reply> answer) {
        try {
            heartbeats.check(request);
            checkRegex(request);
            boolean leaves = request.memberEpoch() < ConsumerHeartbeat.JOIN_EPOCH;
            if (!has(request.groupId()) && request.memberEpoch() != ConsumerHeartbeat.JOIN_EPOCH) {
                throw new Refused(
                        leaves ? Errors.GROUP_ID_NOT_FOUND : Errors.UNKNOWN_MEMBER_ID,
                        "Consumer group " + request.groupId() + " not found.");
            }
            LiveConsumerGroup its = create(request.groupId());
            if (!leaves) sessions.heard(its, group(its.id), request.memberId(), now);
            its.supersede(request.memberId());
            return inTurn(
                    its,
                    new Waiting(
                            request.memberId(),
                            time -> decide(its, request, time, answer),
                            error -> answer.accept(Reply.failed(error, null))),
                    now);
        } catch (Refused refused) {
            answer.accept(Reply.failed(refused.error(), refused.text()));
            return Outcome.none();
        }
    }

    private void checkRegex(Request request) {
        String regex = request.regex();
        if (regex == null || regex.isEmpty()) return;
        try {
            ports.regexes().check(regex);
        } catch (IllegalArgumentException e) {
            throw new Refused(
                    Errors.INVALID_REGULAR_EXPRESSION,
                    "SubscribedTopicRegex `" + regex + "` is not a valid regular expression: " + e.getMessage());
        }
    }

    private Outcome<GroupRecord> decide(LiveConsumerGroup its, Request request, Now now, Consumer<Reply> answer) {
        GroupDraft draft = draft(its.id);
        boolean leaves = request.memberEpoch() < ConsumerHeartbeat.JOIN_EPOCH;
        boolean creates = !draft.group().exists();
        long topicsVersion = its.topicsVersion;
        Reply reply;
        try {
            if (creates) predecessors.makeRoom(its.id, draft);
            reply = leaves
                    ? heartbeats.leave(draft, request)
                    : heartbeats.heartbeat(draft, request, its.assignedVersion < topicsVersion, now);
        } catch (Refused refused) {
            Reply failed = Reply.failed(refused.error(), refused.text());
            return new Outcome<>(List.of(), () -> answer.accept(failed), error -> {});
        }
        Consumer<Errors> failed = error -> answer.accept(Reply.failed(error, null));
        Runnable done = () -> {
            its.because(draft);
            if (creates) predecessors.replaced(its.id);
            if (creates) group(its.id).members().keySet().forEach(id -> sessions.heard(its, group(its.id), id, now));
            if (!leaves) its.assignedVersion = topicsVersion;
            sessions.heard(its, group(its.id), request.memberId(), now);
            regexes.resolveNew(its);
            answer.accept(reply);
        };
        return leaves ? removed(its, draft, now, done, failed) : new Outcome<>(draft.records(), done, failed);
    }

    /** Members are no more in the draft: perhaps nobody is left who needs a consumer group. */
    Outcome<GroupRecord> removed(
            LiveConsumerGroup its, GroupDraft draft, Now now, Runnable done, Consumer<Errors> failed) {
        if (!migration.goesBack(draft.group())) return new Outcome<>(draft.records(), done, failed);
        GroupSnapshot classic = migration.downgrade(draft.group(), draft.topics(), now.wallMs());
        draft.removeAll();
        draft.records().add(new GroupRecord.GroupWritten(its.id, classic));
        return new Outcome<>(
                draft.records(),
                () -> {
                    predecessors.restored(its.id, classic, now);
                    done.run();
                },
                failed);
    }

    /** Runs a change when no other of its group is being written; it decides anew each time it is called. */
    Outcome<GroupRecord> inTurn(LiveConsumerGroup its, Waiting asked, Now now) {
        Outcome<GroupRecord> outcome = asked.change().apply(now);
        if (outcome.records().isEmpty()) {
            return new Outcome<>(
                    List.of(),
                    () -> {
                        outcome.committed().run();
                        forgetIfNothing(its);
                    },
                    outcome.failed());
        }
        return its.writing ? await(its, asked) : write(its, outcome);
    }

    private static Outcome<GroupRecord> await(LiveConsumerGroup its, Waiting asked) {
        if (its.waiting.size() < LiveConsumerGroup.MAX_WAITING) its.waiting.add(asked);
        else asked.dropped().accept(Errors.COORDINATOR_NOT_AVAILABLE);
        return Outcome.none();
    }

    /** As {@link #inTurn}, for a change that is decided only once, since to decide it changes more than the group. */
    Outcome<GroupRecord> onceInTurn(LiveConsumerGroup its, Waiting asked, Now now) {
        return its.writing ? await(its, asked) : inTurn(its, asked, now);
    }

    private Outcome<GroupRecord> write(LiveConsumerGroup its, Outcome<GroupRecord> outcome) {
        its.writing = true;
        return new Outcome<>(
                outcome.records(),
                () -> {
                    its.writing = false;
                    sessions.settle(its, group(its.id));
                    outcome.committed().run();
                    tell(its, group(its.id));
                    next(its);
                },
                error -> {
                    its.writing = false;
                    outcome.failed().accept(error);
                    next(its);
                });
    }

    private void next(LiveConsumerGroup its) {
        if (its.waiting.isEmpty()) forgetIfNothing(its);
        else timers.schedule(GroupTimer.turn(its.id), 0);
    }

    private Outcome<GroupRecord> onTurn(LiveConsumerGroup its, Now now) {
        Waiting asked = its.writing ? null : its.waiting.poll();
        if (asked == null) return Outcome.none();
        Outcome<GroupRecord> outcome = asked.change().apply(now);
        if (!outcome.records().isEmpty()) return write(its, outcome);
        outcome.committed().run();
        next(its);
        return Outcome.none();
    }

    private void tell(LiveConsumerGroup its, ConsumerGroup group) {
        GroupState state = group.exists() ? group.state() : null;
        if (state != its.told) events.stateChanged(its.told, state);
        if (group.epoch() > its.toldEpoch) {
            its.rebalancingEpoch = group.epoch();
            events.rebalanceStarted(its.id, its.trigger);
        }
        if (its.rebalancingEpoch >= 0 && (state == GroupState.STABLE || state == GroupState.EMPTY)) {
            its.rebalancingEpoch = -1;
            events.rebalanceCompleted(its.id, group.epoch(), group.members().size());
        }
        if (state != GroupState.EMPTY) its.emptySinceMs = -1;
        its.told = state;
        its.toldEpoch = group.epoch();
    }

    Outcome<GroupRecord> onTimeout(GroupTimer timer, Now now) {
        LiveConsumerGroup its = live.get(timer.groupId());
        if (its == null) return Outcome.none();
        return switch (timer.kind()) {
            case TURN -> onTurn(its, now);
            case SESSION -> onSessionTimeout(its, timer.memberId(), now);
            case REVOCATION, REJOIN -> onLate(its, timer, now);
            default -> Outcome.none();
        };
    }

    private Outcome<GroupRecord> onSessionTimeout(LiveConsumerGroup its, String memberId, Now now) {
        Session session = its.sessions.get(memberId);
        if (session == null) return Outcome.none();
        session.timerAtMs = -1;
        long left = session.deadlineMs - now.monotonicMs();
        if (left > 0 || its.writing) {
            sessions.setTimer(its, memberId, session, Math.max(left, AGAIN_MS), now);
            return Outcome.none();
        }
        return fence(
                its,
                memberId,
                Trigger.silent(memberId),
                now,
                () -> sessions.setTimer(its, memberId, session, AGAIN_MS, now));
    }

    /** It lives, but holds the others up. */
    private Outcome<GroupRecord> onLate(LiveConsumerGroup its, GroupTimer timer, Now now) {
        Session session = its.sessions.get(timer.memberId());
        boolean revokes = timer.kind() == GroupTimer.Kind.REVOCATION;
        if (session == null || !(revokes ? session.revokingEpoch >= 0 : session.mustCome)) return Outcome.none();
        Runnable again = () -> timers.schedule(timer, AGAIN_MS);
        if (its.writing) {
            again.run();
            return Outcome.none();
        }
        return fence(its, timer.memberId(), Trigger.tooSlow(timer.memberId()), now, again);
    }

    private Outcome<GroupRecord> fence(
            LiveConsumerGroup its, String memberId, Trigger trigger, Now now, Runnable failed) {
        GroupDraft draft = draft(its.id);
        draft.remove(memberId);
        draft.bump(trigger);
        return write(its, removed(its, draft, now, () -> its.because(draft), error -> failed.run()));
    }

    /** @param names that came, went or grew */
    void topicsChanged(Set<String> names) {
        for (LiveConsumerGroup its : live.values()) {
            ConsumerGroup group = group(its.id);
            if (its.writing || group.topics().stream().anyMatch(names::contains)) its.topicsVersion++;
            regexes.resolveAll(its);
        }
    }

    Outcome<GroupRecord> regexesResolved(String groupId, Map<String, Resolved> topics, Now now) {
        LiveConsumerGroup its = live.get(groupId);
        return its == null ? Outcome.none() : regexes.resolved(its, topics, now);
    }

    /** A change of a group that nobody is in, or about to be in. */
    Outcome<GroupRecord> whileEmpty(
            String groupId, Function<Now, Outcome<GroupRecord>> change, Consumer<Errors> refuse, Now now) {
        return onceInTurn(
                live(groupId),
                new Waiting(
                        "",
                        time -> {
                            if (group(groupId).members().isEmpty()) return change.apply(time);
                            return new Outcome<>(List.of(), () -> refuse.accept(Errors.NON_EMPTY_GROUP), refuse);
                        },
                        refuse),
                now);
    }

    /** @param offsets tombstones of them, as they are when it is decided */
    Outcome<GroupRecord> delete(String groupId, Supplier<List<GroupRecord>> offsets, Now now, Consumer<Errors> answer) {
        LiveConsumerGroup its = live(groupId);
        return inTurn(
                its,
                new Waiting(
                        "",
                        time -> {
                            ConsumerGroup group = group(groupId);
                            if (!group.exists() || !group.members().isEmpty()) {
                                Errors error = group.exists() ? Errors.NON_EMPTY_GROUP : Errors.GROUP_ID_NOT_FOUND;
                                return new Outcome<>(List.of(), () -> answer.accept(error), error2 -> {});
                            }
                            GroupDraft draft = draft(groupId);
                            draft.removeAll();
                            List<GroupRecord> records = new ArrayList<>(offsets.get());
                            records.addAll(draft.records());
                            // Whoever commits from now on would lose it.
                            its.dying |= !its.writing;
                            return new Outcome<>(
                                    records,
                                    () -> {
                                        its.dying = false;
                                        answer.accept(Errors.NONE);
                                    },
                                    error -> {
                                        its.dying = false;
                                        answer.accept(error);
                                    });
                        },
                        answer),
                now);
    }

    /** Wall clock, as far as is known here; -1 when it has members. */
    long emptySinceMs(String groupId, Now now) {
        LiveConsumerGroup its = live(groupId);
        if (!group(groupId).members().isEmpty()) return -1;
        if (its.emptySinceMs < 0) its.emptySinceMs = now.wallMs();
        return its.emptySinceMs;
    }

    /** Offsets that are kept no longer, and the group with the last of them; nothing while the group is being changed. */
    Outcome<GroupRecord> expire(String groupId, List<GroupRecord> offsets, boolean last) {
        LiveConsumerGroup its = live(groupId);
        boolean goes = last && group(groupId).members().isEmpty();
        if (its.writing || (offsets.isEmpty() && !goes)) return Outcome.none();
        List<GroupRecord> records = new ArrayList<>(offsets);
        if (goes) {
            GroupDraft draft = draft(groupId);
            draft.removeAll();
            records.addAll(draft.records());
        }
        return write(its, new Outcome<>(records, () -> {}, error -> {}));
    }

    LiveConsumerGroup live(String groupId) {
        LiveConsumerGroup its = live.get(groupId);
        if (its == null) throw new IllegalStateException("no consumer group " + groupId);
        return its;
    }

    private void forgetIfNothing(LiveConsumerGroup its) {
        boolean nothing =
                !its.writing && its.waiting.isEmpty() && !group(its.id).exists();
        if (!nothing || !live.remove(its.id, its)) return;
        timers.cancel(GroupTimer.turn(its.id));
        sessions.end(its);
        if (its.told != null) events.stateChanged(its.told, null);
        its.told = null;
    }

    /** Those that are there; a group about to be is not. */
    List<String> ids() {
        return live.keySet().stream().filter(id -> group(id).exists()).toList();
    }

    ConsumerView.Described describe(String groupId) {
        ConsumerGroup group = group(groupId);
        GroupDraft draft = draft(groupId);
        List<ConsumerView.MemberView> members = new TreeMap<>(group.members())
                .entrySet().stream()
                        .map(entry -> new ConsumerView.MemberView(
                                entry.getKey(),
                                entry.getValue(),
                                group.progress(entry.getKey()).epoch(),
                                group.progress(entry.getKey()).assigned(),
                                group.target(entry.getKey())))
                        .toList();
        return new ConsumerView.Described(
                Errors.NONE,
                null,
                groupId,
                group.state(),
                group.epoch(),
                group.targetEpoch(),
                draft.assignor(ports.settings().assignors()),
                members,
                ports.topics().get());
    }

    /** As {@link #validate}; a producer may leave it to its transactional id who it is (KIP-447). */
    Errors validateInTransaction(String groupId, String memberId, int memberEpoch) {
        boolean anonymous = memberEpoch < 0 && memberId.isEmpty() && !live(groupId).dying;
        return anonymous ? Errors.NONE : validate(groupId, memberId, memberEpoch);
    }

    /** Whether a member of this epoch may commit or read offsets. */
    Errors validate(String groupId, String memberId, int memberEpoch) {
        ConsumerGroup group = group(groupId);
        if (live(groupId).dying) return Errors.COORDINATOR_NOT_AVAILABLE;
        if (memberEpoch < 0 && group.members().isEmpty()) return Errors.NONE;
        ConsumerMember member = group.member(memberId);
        if (member == null) return Errors.UNKNOWN_MEMBER_ID;
        if (group.progress(memberId).epoch() == memberEpoch) return Errors.NONE;
        return member.classic() == null ? Errors.STALE_MEMBER_EPOCH : Errors.ILLEGAL_GENERATION;
    }
}
