package dev.curia.replica.node;

import dev.curia.log.batch.BatchView;
import dev.curia.log.producer.ProducerStates;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.Replica.AppendRequest;
import dev.curia.replica.Replica.Verification;
import dev.curia.replica.node.WaitingAppend.Appender;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;

/**
 * Batches that would begin a transaction wait here until its coordinator has said that it knows of it, and what the same producer sends
 * meanwhile waits behind them. A marker that comes first ends whatever the coordinator may be speaking of: then they are refused, as they
 * would begin a transaction that nobody ends. Confined to the replica's loop. Source: KIP-890.
 */
final class UnverifiedBatches {
    /** Of one partition; producers try again what is too much. */
    static final int MOST_WAITING = 10_000;

    private static final String NOT_PART = "the transaction's coordinator does not count the partition to a transaction"
            + " that is open; nothing was appended";

    private record Key(long producerId, short producerEpoch) {}

    private final ReplicaThread thread;
    private final Appender appender;
    private final Map<Key, Queue<WaitingAppend>> asked = new HashMap<>();
    private final BatchView batch = new BatchView();
    private int waiting;

    UnverifiedBatches(ReplicaThread thread, Appender appender) {
        this.thread = thread;
        this.appender = appender;
    }

    /** @return false: it need not wait */
    boolean takes(WaitingAppend append, ProducerStates producers) {
        Optional<Verification> asks = append.request().verification();
        if (asks.isEmpty()) return false;
        Verification verification = asks.get();
        Key key = new Key(verification.producerId(), verification.producerEpoch());
        Queue<WaitingAppend> others = asked.get(key);
        if (others == null && producers.inTransaction(key.producerId, key.producerEpoch)) return false;
        if (waiting >= MOST_WAITING) {
            append.refuse(ErrorCode.NOT_ENOUGH_REPLICAS, "too many batches wait for the coordinators of transactions");
            return true;
        }
        waiting++;
        if (others == null) ask(key, verification).add(append);
        else others.add(append);
        return true;
    }

    private Queue<WaitingAppend> ask(Key key, Verification verification) {
        Queue<WaitingAppend> queue = new ArrayDeque<>();
        asked.put(key, queue);
        var unused = verification.ask().get().whenComplete((error, failure) -> {
            ErrorCode known = failure == null ? error : ErrorCode.NOT_ENOUGH_REPLICAS;
            thread.schedule(0, () -> answered(key, queue, known));
        });
        return queue;
    }

    /** An answer counts only for those that still wait for it. */
    private void answered(Key key, Queue<WaitingAppend> queue, ErrorCode error) {
        if (!asked.remove(key, queue)) return;
        waiting -= queue.size();
        for (WaitingAppend next : queue) {
            if (error == ErrorCode.NONE) appender.append(next);
            else next.refuse(error, NOT_PART + " (" + error + ")");
        }
    }

    /** A coordinator is about to append this, which may be a marker. */
    void before(AppendRequest request) {
        if (asked.isEmpty()) return;
        batch.at(request.records(), request.records().position());
        if (!batch.isControl()) return;
        long producerId = batch.producerId();
        List<Key> ended = asked.keySet().stream()
                .filter(key -> key.producerId == producerId)
                .toList();
        ended.forEach(key -> refuse(key, ErrorCode.INVALID_TXN_STATE, "the transaction ended meanwhile"));
    }

    /** The replica leads no longer. */
    void refuseAll(ErrorCode error, String why) {
        new ArrayList<>(asked.keySet()).forEach(key -> refuse(key, error, "nothing was appended: " + why));
    }

    private void refuse(Key key, ErrorCode error, String message) {
        Queue<WaitingAppend> queue = asked.remove(key);
        if (queue == null) return;
        waiting -= queue.size();
        queue.forEach(each -> each.refuse(error, message));
    }
}
