package dev.curia.broker.group.state;

import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import org.apache.kafka.common.protocol.Errors;

/**
 * While the coordinator of a transaction is asked whether a group's offsets are part of it, a marker may come and end it: what the
 * coordinator says counts no more then. Single-threaded. Source: KIP-890.
 */
final class OffsetGuards {
    /** Of one question. Its identity counts. */
    private static final class Held implements TxnOffsetCommit.Guard {
        final long producerId;
        boolean overtaken;

        Held(long producerId) {
            this.producerId = producerId;
        }
    }

    // Weak: the answer to a question may never come here, when this broker must not serve just then.
    private final Set<TxnOffsetCommit.Guard> held = Collections.newSetFromMap(new WeakHashMap<>());

    TxnOffsetCommit.Guard hold(long producerId) {
        Held guard = new Held(producerId);
        held.add(guard);
        return guard;
    }

    void markerComes(long producerId) {
        for (TxnOffsetCommit.Guard guard : held) {
            if (guard instanceof Held its && its.producerId == producerId) its.overtaken = true;
        }
    }

    /** @return NONE while no marker has come; NOT_COORDINATOR when this one does not know */
    Errors release(TxnOffsetCommit.Guard guard) {
        if (!held.remove(guard)) return Errors.NOT_COORDINATOR;
        return guard instanceof Held its && its.overtaken ? Errors.INVALID_TXN_STATE : Errors.NONE;
    }
}
