package dev.curia.broker.kafka.api;

/** What the client of a request may still use. On the connection's loop. Source: KIP-219, KIP-599. */
public interface RequestQuota {
    /** No limits. */
    RequestQuota NONE = new RequestQuota() {
        @Override
        public boolean mayFetch() {
            return true;
        }

        @Override
        public int fetchBytes(int wanted) {
            return wanted;
        }

        @Override
        public boolean mayMutate(int partitions, boolean refusable) {
            return true;
        }
    };

    /** False: answer at once and without records; the client is held back. */
    boolean mayFetch();

    /** So many at most, in one answer. */
    int fetchBytes(int wanted);

    /**
     * Whether so many partitions may be created or deleted, and counts them if so. If not the answer is THROTTLING_QUOTA_EXCEEDED, and the client is held back.
     *
     * @param refusable false: the client does not know that error; they may be, and it is held back if that is too much
     */
    boolean mayMutate(int partitions, boolean refusable);
}
