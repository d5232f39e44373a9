package dev.curia.metadata.ratis;

import dev.curia.metadata.port.MetadataLog.LeadershipListener;
import java.util.function.LongUnaryOperator;

/**
 * Turns Ratis' notices about leadership, which may come late and out of order, into a clean sequence of activations. It believes no
 * notice; each one only makes it look at the truth again.
 *
 * <p>Confined to one thread, on which the listener is called too.
 */
final class LeadershipTracker {
    /** What is true now; may be asked from any thread. */
    interface Truth {
        long term();

        /** Leads and has applied its own term's first entry, hence every earlier term's. */
        boolean leaderReady();
    }

    private final Truth truth;
    private final LongUnaryOperator lastSequenceIn;
    private final LeadershipListener listener;

    private boolean active;
    private long activeTerm;

    /** @param lastSequenceIn of the last batch applied in a term */
    LeadershipTracker(Truth truth, LongUnaryOperator lastSequenceIn, LeadershipListener listener) {
        this.truth = truth;
        this.lastSequenceIn = lastSequenceIn;
        this.listener = listener;
    }

    /** Looks, and tells the listener what has changed. */
    void check() {
        long term = truth.term();
        // Ready in this term for sure only if the term is still the same afterwards.
        boolean ready = truth.leaderReady() && truth.term() == term;
        if (active && (!ready || term != activeTerm)) deactivate();
        if (!active && ready) {
            active = true;
            activeTerm = term;
            listener.onLeader(term, lastSequenceIn.applyAsLong(term));
        }
    }

    /** Ends the activation, if any. */
    void deactivate() {
        if (!active) return;
        active = false;
        listener.onFollower();
    }
}
