package dev.curia.broker.group;

import dev.curia.broker.group.state.GroupEvents;
import dev.curia.broker.group.state.Trigger;
import dev.curia.common.time.Clock;
import dev.curia.proto.events.v1.CauseKind;
import dev.curia.proto.events.v1.Event;
import dev.curia.proto.events.v1.EventKind;
import dev.curia.proto.events.v1.GroupRebalance;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of each completed rebalance of the groups coordinated here (why it began, who is in the group, how long it took), and of offsets
 * that are reset. All are in this broker's log. The cluster's journal, which holds a bounded number of events, gets {@value #BURST} rebalances at once and one each {@value #EVERY_MS} ms in the
 * long run, so that restless groups do not push out what else happened; how many it did not get is said with the next. Thread-safe.
 */
final class GroupJournal implements GroupEvents {
    static final int BURST = 300;
    static final long EVERY_MS = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(GroupJournal.class);
    private static final int MAX_NAMES = 5;

    /** A rebalance under way. Used by one thread at a time: its shard's. */
    private static final class UnderWay {
        final Trigger trigger;
        final long sinceNanos;
        final Set<String> more = new LinkedHashSet<>();
        final List<String> late = new ArrayList<>();

        UnderWay(Trigger trigger, long sinceNanos) {
            this.trigger = trigger;
            this.sinceNanos = sinceNanos;
        }
    }

    private final Clock clock;
    private final Consumer<Event> journal;
    private final Map<String, UnderWay> underWay = new ConcurrentHashMap<>();

    // Guarded by this.
    private double budget = BURST;
    private long budgetAtNanos;
    private long untold;

    /** @param journal of the cluster: gets events without time and index; must not block */
    GroupJournal(Clock clock, Consumer<Event> journal) {
        this.clock = clock;
        this.journal = journal;
        this.budgetAtNanos = clock.monotonicNanos();
    }

    @Override
    public void rebalanceStarted(String groupId, Trigger trigger) {
        UnderWay known = underWay.putIfAbsent(groupId, new UnderWay(trigger, clock.monotonicNanos()));
        if (known != null) known.more.add(trigger.text());
    }

    @Override
    public void memberTooLate(String groupId, String memberId) {
        UnderWay its = underWay.get(groupId);
        if (its != null) its.late.add(memberId);
    }

    @Override
    public void unloaded(String groupId) {
        underWay.remove(groupId);
    }

    @Override
    public void rebalanceCompleted(String groupId, int generation, int members) {
        UnderWay its = underWay.remove(groupId);
        if (its == null) return;
        long tookMs = (clock.monotonicNanos() - its.sinceNanos) / 1_000_000;
        String text = text(its);
        LOG.info(
                "group {} rebalanced: generation={} members={} durationMs={} cause={}: {}",
                groupId,
                generation,
                members,
                tookMs,
                its.trigger.kind(),
                text);
        long before = untoldWhenThisOneIsTold();
        if (before < 0) return;
        String others = before == 0 ? "" : "; before it " + before + " rebalances that only this broker's log tells of";
        journal.accept(Event.newBuilder()
                .setKind(EventKind.GROUP_REBALANCED)
                .setCause(its.trigger.kind())
                .setText(text + others)
                .setPartition(-1)
                .setGroup(groupId)
                .setRebalance(GroupRebalance.newBuilder()
                        .setGeneration(generation)
                        .setMembers(members)
                        .setDurationMs(tookMs))
                .build());
    }

    @Override
    public void offsetsReset(String groupId, String text) {
        LOG.info("group {} offsets reset: {}", groupId, text);
        journal.accept(Event.newBuilder()
                .setKind(EventKind.GROUP_OFFSETS_RESET)
                .setCause(CauseKind.REQUESTED)
                .setText(text)
                .setPartition(-1)
                .setGroup(groupId)
                .build());
    }

    private static String text(UnderWay its) {
        StringBuilder text = new StringBuilder(its.trigger.text());
        if (!its.more.isEmpty()) text.append("; then ").append(some(its.more, "; "));
        if (!its.late.isEmpty()) text.append("; too late and out: ").append(some(its.late, ", "));
        return text.toString();
    }

    private static String some(Iterable<String> all, String separator) {
        List<String> few = new ArrayList<>();
        int count = 0;
        for (String each : all) if (count++ < MAX_NAMES) few.add(each);
        return String.join(separator, few) + (count > MAX_NAMES ? " and " + (count - MAX_NAMES) + " more" : "");
    }

    /** @return -1 when it is not to be told either */
    private synchronized long untoldWhenThisOneIsTold() {
        long now = clock.monotonicNanos();
        budget = Math.min(BURST, budget + (now - budgetAtNanos) / (EVERY_MS * 1e6));
        budgetAtNanos = now;
        if (budget < 1) {
            untold++;
            return -1;
        }
        budget--;
        long before = untold;
        untold = 0;
        return before;
    }
}
