package dev.curia.broker.txn.state;

import java.util.Optional;

/** Where a transactional id stands; ids and names are Kafka's. Source: KIP-98. */
public enum TxnState {
    /** Has a producer, and no transaction yet. */
    EMPTY(0, "Empty"),
    /** Partitions have been added, and nobody has asked for the end. */
    ONGOING(1, "Ongoing"),
    /** Decided: markers are being written. */
    PREPARE_COMMIT(2, "PrepareCommit"),
    PREPARE_ABORT(3, "PrepareAbort"),
    /** Every marker is written. */
    COMPLETE_COMMIT(4, "CompleteCommit"),
    COMPLETE_ABORT(5, "CompleteAbort"),
    /** Of Kafka's format; never written: an id that is forgotten is a tombstone. */
    DEAD(6, "Dead");

    private final byte id;
    private final String title;

    TxnState(int id, String title) {
        this.id = (byte) id;
        this.title = title;
    }

    /** As in the log. */
    public byte id() {
        return id;
    }

    /** As clients are told. */
    public String title() {
        return title;
    }

    public static Optional<TxnState> of(int id) {
        return id >= 0 && id < values().length ? Optional.of(values()[id]) : Optional.empty();
    }

    /** By its title, exactly. */
    public static Optional<TxnState> named(String title) {
        for (TxnState state : values()) if (state.title.equals(title)) return Optional.of(state);
        return Optional.empty();
    }

    /** Decided and not yet complete. */
    public boolean preparing() {
        return this == PREPARE_COMMIT || this == PREPARE_ABORT;
    }

    /** No transaction is open or being ended. */
    public boolean idle() {
        return this == EMPTY || this == COMPLETE_COMMIT || this == COMPLETE_ABORT || this == DEAD;
    }
}
