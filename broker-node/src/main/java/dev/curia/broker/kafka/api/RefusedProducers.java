package dev.curia.broker.kafka.api;

import dev.curia.common.id.Uuid;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Producers whose first batch to a partition was refused here. What such a one had already sent behind it finds no trace of the producer, and
 * yet is only out of order: the client sends all of it again, in order. Told that it is unknown instead, it would begin a new epoch while its
 * first batch is on the way for the second time, and that batch could end up in the log in the old epoch, where no other follows.
 *
 * <p>Thread-safe. Bounded: a producer that falls out is taken for an unknown one.
 */
final class RefusedProducers {
    private final int most;
    // Guarded by this; oldest first.
    private final Map<Key, Boolean> refused = new LinkedHashMap<>();
    private volatile boolean any;

    RefusedProducers(int most) {
        this.most = most;
    }

    /** A producer as one partition, named by id or by name, knows it. */
    record Key(Uuid topicId, String topic, int partition, long producerId, short epoch) {}

    synchronized void add(Key key) {
        refused.putIfAbsent(key, true);
        any = true;
        if (refused.size() > most) refused.remove(refused.keySet().iterator().next());
    }

    /** Its first batch has been taken. */
    void remove(Key key) {
        if (any) removeNow(key);
    }

    boolean contains(Key key) {
        if (!any) return false;
        synchronized (this) {
            return refused.containsKey(key);
        }
    }

    private synchronized void removeNow(Key key) {
        refused.remove(key);
        any = !refused.isEmpty();
    }
}
