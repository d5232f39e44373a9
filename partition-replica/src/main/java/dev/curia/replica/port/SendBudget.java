package dev.curia.replica.port;

/** How much a leader may send to a follower that is not in sync. Thread-safe; several streams may share one. */
public interface SendBudget {
    /** Without a bound. */
    SendBudget UNLIMITED = new SendBudget() {
        @Override
        public long waitNanos() {
            return 0;
        }

        @Override
        public void spent(int bytes) {}
    };

    /** 0: something may be sent now; it may be more than is left, and the next then waits for longer. */
    long waitNanos();

    /** So much was sent. */
    void spent(int bytes);

    /** Within both. */
    static SendBudget both(SendBudget one, SendBudget other) {
        if (one == UNLIMITED) return other;
        if (other == UNLIMITED) return one;
        return new SendBudget() {
            @Override
            public long waitNanos() {
                return Math.max(one.waitNanos(), other.waitNanos());
            }

            @Override
            public void spent(int bytes) {
                one.spent(bytes);
                other.spent(bytes);
            }
        };
    }
}
