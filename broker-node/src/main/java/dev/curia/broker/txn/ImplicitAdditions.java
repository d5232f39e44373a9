package dev.curia.broker.txn;

import dev.curia.broker.txn.state.AddPartitions;
import dev.curia.common.id.TopicPartition;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * Makes partitions led here part of the transactions of producers that leave it to brokers (KIP-890). Each end of a transaction raises the
 * producer's epoch, so a partition has to be added once for each epoch: whatever comes later with that epoch is refused by the log. Thread-safe,
 * never blocks.
 */
public final class ImplicitAdditions {
    /** Of those that are added; one that is forgotten is added again, which changes nothing. */
    private static final int MOST_KNOWN = 100_000;

    private record Key(String transactionalId, long producerId, short producerEpoch, TopicPartition partition) {}

    private final CoordinatorRoute route;

    // Guarded by this.
    private final LinkedHashMap<Key, Boolean> known = new LinkedHashMap<>();
    private final Map<Key, ArrayDeque<Consumer<Errors>>> waiting = new HashMap<>();

    ImplicitAdditions(CoordinatorRoute route) {
        this.route = route;
    }

    /**
     * Calls {@code then} when the partition is part of the transaction, or with the reason why it is not: one of those that end a transaction,
     * or NOT_ENOUGH_REPLICAS, which every client tries again. For one partition and epoch in the order of the calls.
     */
    public void whenAdded(
            String transactionalId,
            long producerId,
            short producerEpoch,
            TopicPartition partition,
            Consumer<Errors> then) {
        Key key = new Key(transactionalId, producerId, producerEpoch, partition);
        boolean first = false;
        boolean added;
        synchronized (this) {
            added = known.containsKey(key);
            if (!added) {
                ArrayDeque<Consumer<Errors>> others = waiting.get(key);
                first = others == null;
                if (others == null) {
                    others = new ArrayDeque<>();
                    waiting.put(key, others);
                }
                others.add(then);
            }
        }
        if (added) {
            then.accept(Errors.NONE);
        } else if (first) {
            var unused = ask(key).whenComplete((error, failure) ->
                    answered(key, failure == null ? CoordinatorRoute.forProducer(error) : Errors.NOT_ENOUGH_REPLICAS));
        }
    }

    private CompletableFuture<Errors> ask(Key key) {
        return route.addPartitions(new AddPartitions.Request(
                key.transactionalId,
                key.producerId,
                key.producerEpoch,
                Set.of(key.partition),
                AddPartitions.Kind.LEADER));
    }

    /** Who comes while others are told is told after them. */
    private void answered(Key key, Errors error) {
        for (Consumer<Errors> next = next(key, error); next != null; next = next(key, error)) next.accept(error);
    }

    private synchronized @Nullable Consumer<Errors> next(Key key, Errors error) {
        ArrayDeque<Consumer<Errors>> left = waiting.get(key);
        Consumer<Errors> next = left == null ? null : left.poll();
        if (next != null) return next;
        waiting.remove(key);
        if (error == Errors.NONE) {
            known.put(key, true);
            if (known.size() > MOST_KNOWN)
                known.remove(known.keySet().iterator().next());
        }
        return null;
    }
}
