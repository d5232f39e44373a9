package dev.curia.broker.group.state;

import dev.curia.broker.coordinator.Now;
import dev.curia.broker.coordinator.Outcome;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * What a broker knows of a consumer group beside its records, while it coordinates it: sessions, and whose turn it is. One change is
 * written at a time and the next is decided when it is committed, so every decision rests on what a failover would find. Single-threaded.
 */
final class LiveConsumerGroup {
    /** Waiting changes; a client that is refused here tries again. */
    static final int MAX_WAITING = 10_000;

    /** A member's timers. */
    static final class Session {
        long deadlineMs;
        /** -1: no timer is set. */
        long timerAtMs = -1;
        /** Of the epoch in which it has to give partitions up; -1: it need not. */
        int revokingEpoch = -1;
        /** Of the classic protocol: it has to join or to sync. */
        boolean mustCome;
    }

    /**
     * A change that waits for its turn.
     *
     * @param memberId who asks; empty: nobody
     * @param dropped answers it without deciding it
     */
    record Waiting(String memberId, Function<Now, Outcome<GroupRecord>> change, Consumer<Errors> dropped) {}

    final String id;
    final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    final Map<String, Session> sessions = new HashMap<>();
    /** A change is being written. */
    boolean writing;
    /** Being deleted: refuses commits too. */
    boolean dying;
    /** Rises when topics have changed that the group may read. */
    long topicsVersion = 1;
    /** Which of that the last assignment has seen. */
    long assignedVersion;
    /** Of the epoch in which the last rebalance began; -1: it is over. */
    int rebalancingEpoch = -1;
    /** Why the newest epoch has begun. */
    Trigger trigger = Trigger.coordinatorChanged();
    /** The last epoch that was told of. */
    int toldEpoch;
    /** Wall clock, since when nobody is there as far as is known; -1 somebody is, or it has not been looked at. */
    long emptySinceMs = -1;
    /** Expressions are being resolved. */
    boolean resolving;
    /** They have to be again, when that is done. */
    boolean resolveAgain;
    /** What was last told of its state; null: nothing. */
    @Nullable
    GroupState told;

    LiveConsumerGroup(String id) {
        this.id = id;
    }

    /** The draft is committed. */
    void because(GroupDraft draft) {
        if (draft.trigger() != null) trigger = draft.trigger();
    }

    /** A member has asked anew: what it asked before must not be decided after that. */
    void supersede(String memberId) {
        waiting.removeIf(earlier -> {
            if (!earlier.memberId().equals(memberId)) return false;
            earlier.dropped().accept(Errors.COORDINATOR_NOT_AVAILABLE);
            return true;
        });
    }
}
