package dev.curia.replica.port;

import java.util.Collection;

/** Whether this broker may still answer clients out of what it leads: nobody else can have been elected by now. Thread-safe. */
public interface LeaderLease {
    /** For a broker that is alone. */
    LeaderLease ALWAYS = new LeaderLease() {
        @Override
        public boolean holds(Collection<Integer> electable) {
            return true;
        }

        @Override
        public long promisedNanos(int leader) {
            return 0;
        }

        @Override
        public long promiseNanos() {
            return 0;
        }
    };

    /** @param electable all other brokers that the controller may elect to lead in this one's place */
    boolean holds(Collection<Integer> electable);

    /** For how long from now this broker has promised another not to lead in its place; 0: it has not. */
    long promisedNanos(int leader);

    /** For how long such a promise holds from when it is made. */
    long promiseNanos();
}
