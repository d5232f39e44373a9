package dev.curia.replica.port;

import java.util.Collection;

/** Whether this broker may still answer clients out of what it leads: nobody else can have been elected by now. Thread-safe. */
@FunctionalInterface
public interface LeaderLease {
    /** For a broker that is alone. */
    LeaderLease ALWAYS = electable -> true;

    /** @param electable all other brokers that the controller may elect to lead in this one's place */
    boolean holds(Collection<Integer> electable);
}
