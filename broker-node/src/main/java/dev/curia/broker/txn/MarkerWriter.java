package dev.curia.broker.txn;

import dev.curia.broker.txn.MarkerLinks.Addressed;
import dev.curia.broker.txn.state.EndedTxn;
import dev.curia.broker.txn.state.Markers;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.loop.EventLoop;
import dev.curia.common.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the markers of decided transactions written by the leaders of their partitions, wherever these are, and goes on until all are or the
 * partition is gone. What waits for the same broker while a call is under way goes with the next. State is confined to the loop; calls
 * come from any thread.
 */
final class MarkerWriter implements Markers {
    private static final Logger LOG = LoggerFactory.getLogger(MarkerWriter.class);
    private static final long FIRST_RETRY_NANOS = Duration.ofMillis(20).toNanos();
    private static final long LONGEST_RETRY_NANOS = Duration.ofSeconds(1).toNanos();
    /** A partition that the metadata here has not heard of may be new. */
    private static final long GONE_NANOS = Duration.ofSeconds(5).toNanos();

    private static final int MOST_IN_A_CALL = 1000;

    /** Where the markers go. Thread-safe. */
    record Ports(MarkerLeaders leaders, LocalMarkers local, MarkerLinks links, Clock clock, TxnMetrics metrics) {}

    private record Key(int shard, String transactionalId) {}

    /** A transaction whose markers are being written. */
    private static final class Sending {
        final EndedTxn txn;
        final Marker marker;
        final Set<TopicPartition> remaining;
        boolean dropped;

        Sending(EndedTxn txn) {
            this.txn = txn;
            this.marker = new Marker(
                    txn.producerId(), txn.producerEpoch(), txn.coordinatorEpoch(), txn.commit(), txn.raisesEpoch());
            this.remaining = new HashSet<>(txn.partitions());
        }
    }

    /** One marker on its way. */
    private static final class Item {
        final Sending sending;
        final TopicPartition partition;
        int failures;
        long missingSinceNanos = -1;

        Item(Sending sending, TopicPartition partition) {
            this.sending = sending;
            this.partition = partition;
        }

        Addressed addressed() {
            return new Addressed(partition, sending.marker);
        }
    }

    /** What goes to one broker. */
    private static final class Destination {
        final ArrayDeque<Item> waiting = new ArrayDeque<>();
        boolean calling;
    }

    private final Ports ports;
    private final EventLoop loop;
    private final Consumer<EndedTxn> written;
    private final Map<Key, Sending> sendings = new HashMap<>();
    private final Map<Integer, Destination> destinations = new HashMap<>();
    private final AtomicInteger count = new AtomicInteger();

    /** @param written called on the loop when all markers of a transaction are written */
    MarkerWriter(Ports ports, EventLoop loop, Consumer<EndedTxn> written) {
        this.ports = ports;
        this.loop = loop;
        this.written = written;
        ports.metrics().watchMarkers(count::get);
    }

    /** Should the loop be overloaded: the shard asks again. */
    @Override
    public void write(EndedTxn txn) {
        if (!loop.offer(() -> begin(txn))) LOG.warn("markers of {} wait: too much to do", txn.transactionalId());
    }

    @Override
    public void forget(int shard, int coordinatorEpoch) {
        boolean taken = loop.offer(() -> sendings.values().removeIf(sending -> {
            sending.dropped |= sending.txn.shard() == shard && sending.txn.coordinatorEpoch() <= coordinatorEpoch;
            if (sending.dropped) count.decrementAndGet();
            return sending.dropped;
        }));
        // Otherwise they go on, and are written or fenced.
        if (!taken) LOG.debug("markers of shard {} are still being written", shard);
    }

    private void begin(EndedTxn txn) {
        Key key = new Key(txn.shard(), txn.transactionalId());
        Sending before = sendings.get(key);
        if (before != null && before.txn.equals(txn)) return;
        if (before != null) before.dropped = true;
        else count.incrementAndGet();
        Sending sending = new Sending(txn);
        sendings.put(key, sending);
        if (sending.remaining.isEmpty()) finish(sending);
        else List.copyOf(sending.remaining).forEach(partition -> route(new Item(sending, partition)));
    }

    private void route(Item item) {
        if (item.sending.dropped) return;
        OptionalInt known = ports.leaders().leaderOf(item.partition);
        if (known.isEmpty()) {
            missing(item);
            return;
        }
        int leader = known.getAsInt();
        item.missingSinceNanos = -1;
        if (leader < 0) {
            again(item, Errors.LEADER_NOT_AVAILABLE);
        } else if (leader == ports.leaders().self()) {
            var unused = ports.local()
                    .write(item.partition, item.sending.marker)
                    .thenAccept(error -> post(() -> answered(item, error)));
        } else {
            Destination destination = destinations.computeIfAbsent(leader, id -> new Destination());
            destination.waiting.add(item);
            if (!destination.calling) call(leader, destination);
        }
    }

    private void missing(Item item) {
        long now = ports.clock().monotonicNanos();
        if (item.missingSinceNanos < 0) item.missingSinceNanos = now;
        if (now - item.missingSinceNanos < GONE_NANOS) again(item, Errors.UNKNOWN_TOPIC_OR_PARTITION);
        else done(item);
    }

    private void call(int broker, Destination destination) {
        List<Item> items = new ArrayList<>();
        while (!destination.waiting.isEmpty() && items.size() < MOST_IN_A_CALL) {
            Item item = destination.waiting.remove();
            if (!item.sending.dropped) items.add(item);
        }
        if (items.isEmpty()) return;
        destination.calling = true;
        var unused = ports.links()
                .write(broker, items.stream().map(Item::addressed).toList())
                .whenComplete((errors, failure) -> post(() -> {
                    destination.calling = false;
                    for (int i = 0; i < items.size(); i++) {
                        boolean told = failure == null && i < errors.size();
                        answered(items.get(i), told ? errors.get(i) : Errors.NETWORK_EXCEPTION);
                    }
                    call(broker, destination);
                }));
    }

    private void answered(Item item, Errors error) {
        if (item.sending.dropped) return;
        switch (error) {
            case NONE -> done(item);
            case INVALID_PRODUCER_EPOCH -> {
                // The log has gone on without this transaction, so it is not open there.
                LOG.warn(
                        "{} takes no marker of {}: its producer has a newer epoch there",
                        item.partition,
                        item.sending.txn);
                done(item);
            }
            default -> again(item, error);
        }
    }

    private void again(Item item, Errors error) {
        item.failures++;
        ports.metrics().markerRetried();
        if (error == Errors.TRANSACTION_COORDINATOR_FENCED && item.failures == 1) {
            LOG.warn("{} has had a marker of a later coordinator than that of {}", item.partition, item.sending.txn);
        }
        long delayNanos = FIRST_RETRY_NANOS << Math.min(item.failures - 1, 10);
        loop.schedule(Math.min(delayNanos, LONGEST_RETRY_NANOS), () -> route(item));
    }

    private void done(Item item) {
        Sending sending = item.sending;
        if (sending.remaining.remove(item.partition) && sending.remaining.isEmpty()) finish(sending);
    }

    private void finish(Sending sending) {
        sending.dropped = true;
        Key key = new Key(sending.txn.shard(), sending.txn.transactionalId());
        if (sendings.remove(key, sending)) count.decrementAndGet();
        written.accept(sending.txn);
    }

    /** An answer must not be lost: a full inbox is waited for on the thread that brought it. */
    private void post(Runnable task) {
        if (loop.isInLoop()) {
            loop.schedule(0, task);
            return;
        }
        try {
            loop.submit(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("the loop of markers is closed");
        }
    }
}
