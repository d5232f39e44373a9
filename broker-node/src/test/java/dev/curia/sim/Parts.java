package dev.curia.sim;

import dev.curia.replica.port.ReplicaLinks;
import dev.curia.replica.port.ReplicationSource;

/** What a bug can be planted into, one for each run; all of it is real unless overridden. */
interface Parts {
    /** What is promised to producers. */
    default short acks() {
        return -1;
    }

    /** A follower's way to its leaders. */
    default ReplicaLinks links(ReplicaLinks real) {
        return real;
    }

    /** What the followers' streams reach at a leader. */
    default ReplicationSource.Directory sources(ReplicationSource.Directory real) {
        return real;
    }
}
