package dev.curia.broker.group.state;

import dev.curia.broker.coordinator.Now;
import dev.curia.broker.coordinator.ShardTimers;
import dev.curia.broker.group.state.LiveConsumerGroup.Session;
import java.util.TreeSet;

/** Timers of the members of consumer groups: how long they may be silent, and how long they may take to give partitions up. */
final class ConsumerSessions {
    private final ConsumerSettings settings;
    private final ShardTimers<GroupTimer> timers;

    ConsumerSessions(ConsumerSettings settings, ShardTimers<GroupTimer> timers) {
        this.settings = settings;
        this.timers = timers;
    }

    /** Its session begins anew, if it is a member. A heartbeat only moves the deadline, so it costs no timer. */
    void heard(LiveConsumerGroup its, ConsumerGroup group, String memberId, Now now) {
        ConsumerMember member = group.member(memberId);
        if (member == null) return;
        Session session = its.sessions.computeIfAbsent(memberId, id -> new Session());
        long timeoutMs = member.classic() != null
                ? member.classic().sessionTimeoutMs()
                : settings.timing().apply(its.id).sessionTimeoutMs();
        session.deadlineMs = now.monotonicMs() + timeoutMs;
        if (session.timerAtMs < 0 || session.timerAtMs > session.deadlineMs) {
            setTimer(its, memberId, session, timeoutMs, now);
        }
        settle(its, group, memberId, session);
    }

    void setTimer(LiveConsumerGroup its, String memberId, Session session, long delayMs, Now now) {
        session.timerAtMs = now.monotonicMs() + delayMs;
        timers.schedule(GroupTimer.session(its.id, memberId), delayMs);
    }

    /** The group has changed. */
    void settle(LiveConsumerGroup its, ConsumerGroup group) {
        for (String gone : new TreeSet<>(its.sessions.keySet())) {
            if (group.member(gone) == null) end(its, gone);
        }
        its.sessions.forEach((memberId, session) -> settle(its, group, memberId, session));
    }

    private void settle(LiveConsumerGroup its, ConsumerGroup group, String memberId, Session session) {
        ConsumerMember member = group.member(memberId);
        MemberProgress progress = group.progress(memberId);
        int revoking = progress.phase() == MemberProgress.Phase.UNREVOKED ? progress.epoch() : -1;
        if (member == null || revoking == session.revokingEpoch) return;
        session.revokingEpoch = revoking;
        GroupTimer timer = GroupTimer.revocation(its.id, memberId);
        if (revoking < 0) timers.cancel(timer);
        else timers.schedule(timer, member.rebalanceTimeoutMs());
    }

    /** It has to send JoinGroup or SyncGroup soon; {@code anew}: counted from now on. */
    void mustCome(LiveConsumerGroup its, ConsumerGroup group, String memberId, boolean anew) {
        Session session = its.sessions.get(memberId);
        ConsumerMember member = group.member(memberId);
        if (session == null || member == null || (session.mustCome && !anew)) return;
        session.mustCome = true;
        timers.schedule(GroupTimer.rejoin(its.id, memberId), member.rebalanceTimeoutMs());
    }

    void hasCome(LiveConsumerGroup its, String memberId) {
        Session session = its.sessions.get(memberId);
        if (session == null) return;
        session.mustCome = false;
        timers.cancel(GroupTimer.rejoin(its.id, memberId));
    }

    /** There is no such group any more. */
    void end(LiveConsumerGroup its) {
        new TreeSet<>(its.sessions.keySet()).forEach(memberId -> end(its, memberId));
    }

    private void end(LiveConsumerGroup its, String memberId) {
        its.sessions.remove(memberId);
        timers.cancel(GroupTimer.session(its.id, memberId));
        timers.cancel(GroupTimer.revocation(its.id, memberId));
        timers.cancel(GroupTimer.rejoin(its.id, memberId));
    }
}
