package dev.curia.broker.txn.state;

/**
 * Who may write in the name of a transactional id. Immutable. Source: KIP-360 (retries, exhaustion), KIP-890 (next id).
 *
 * @param previousId the id before the last rotation; {@link #NONE}: none
 * @param nextId taken up when the transaction that is being ended is complete; {@link #NONE}: none
 * @param lastEpoch the epoch before, whose owner may ask again for the answer that it lost; -1: none. Not in the log
 */
public record Producer(long id, long previousId, long nextId, short epoch, short lastEpoch) {
    public static final long NONE = -1;
    public static final short NO_EPOCH = -1;

    /** The last epoch that clients get; one more is left for a marker. */
    static final short LAST_EPOCH = Short.MAX_VALUE - 1;

    static Producer first(long id) {
        return new Producer(id, NONE, NONE, (short) 0, NO_EPOCH);
    }

    /** Whether the next epoch has to be one of another id. */
    boolean exhausted() {
        return exhausted(epoch);
    }

    static boolean exhausted(short epoch) {
        return epoch >= LAST_EPOCH;
    }

    /** @param retriable the owner of the epoch so far may ask again */
    Producer bumped(boolean retriable) {
        return new Producer(id, previousId, NONE, (short) (epoch + 1), retriable ? epoch : NO_EPOCH);
    }

    /** Under another id. */
    Producer rotated(long freshId, boolean retriable) {
        return new Producer(freshId, id, NONE, (short) 0, retriable ? epoch : NO_EPOCH);
    }

    Producer withNext(long freshId) {
        return new Producer(id, previousId, freshId, epoch, lastEpoch);
    }

    /** The transaction is complete. */
    Producer completed() {
        return nextId == NONE ? this : new Producer(nextId, id, NONE, (short) 0, lastEpoch);
    }
}
