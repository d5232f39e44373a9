package dev.curia.broker.txn.state;

import dev.curia.broker.coordinator.Now;
import dev.curia.broker.coordinator.Outcome;
import dev.curia.broker.coordinator.Shard;
import dev.curia.broker.coordinator.ShardTimers;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * The transactional ids of one partition of {@code __transaction_state}. With each id one change is under way at a time: what comes
 * meanwhile waits or is told to come again, so that every decision is made on what is committed. Single-threaded and pure, see
 * {@link Shard}. Each {@code answer} is called exactly once, at once or when the record of the outcome is committed or refused.
 */
public final class TxnShard implements Shard<TxnRecord, TxnTimer> {
    /** Aborts or forgets at most so many at once. */
    private static final int MOST_AT_ONCE = 50;

    private static final long AGAIN_MS = 100;
    private static final long LONGEST_WAIT_MS = 1000;

    private final TxnSettings settings;
    private final int partition;
    private final int coordinatorEpoch;
    private final ShardTimers<TxnTimer> timers;
    private final Markers markers;
    private final TxnEvents events;
    private final Map<String, Txn> txns = new LinkedHashMap<>();
    private final Set<String> underWay = new HashSet<>();
    private final Waiting waiting = new Waiting();

    /** @param coordinatorEpoch the leader epoch of the partition */
    public TxnShard(
            TxnSettings settings,
            int partition,
            int coordinatorEpoch,
            ShardTimers<TxnTimer> timers,
            Markers markers,
            TxnEvents events) {
        this.settings = settings;
        this.partition = partition;
        this.coordinatorEpoch = coordinatorEpoch;
        this.timers = timers;
        this.markers = markers;
        this.events = events;
    }

    /** What is persisted. */
    public Collection<Txn> txns() {
        return Collections.unmodifiableCollection(txns.values());
    }

    @Override
    public void replay(TxnRecord record) {
        Txn before = record instanceof TxnRecord.Written written
                ? txns.put(record.transactionalId(), written.txn())
                : txns.remove(record.transactionalId());
        Txn after = txns.get(record.transactionalId());
        if (before == null && after == null) return;
        events.stateChanged(before == null ? null : before.state(), after == null ? null : after.state());
    }

    /** What the last coordinator had decided is carried out. */
    @Override
    public void loaded(Now now) {
        txns.values().stream().filter(txn -> txn.state().preparing()).forEach(this::writeMarkers);
        timers.schedule(TxnTimer.TIMEOUTS, settings.timeoutsIntervalMs());
        timers.schedule(TxnTimer.EXPIRY, settings.expiryIntervalMs());
    }

    @Override
    public void unloaded(Errors error) {
        markers.forget(partition, coordinatorEpoch);
        txns.values().forEach(txn -> events.stateChanged(txn.state(), null));
        txns.clear();
        waiting.clear(); // their callers are told by the runtime
    }

    @Override
    public Outcome<TxnRecord> onTimeout(TxnTimer timer, Now now) {
        return switch (timer.kind()) {
            case TIMEOUTS -> abortTimedOut(now);
            case EXPIRY -> forgetUnused(now);
            case WAITING -> goOn(timer.transactionalId(), now);
            case COMPLETION -> complete(txns.get(timer.transactionalId()), now);
        };
    }

    public Outcome<TxnRecord> initProducerId(
            InitProducerId.Request request, Now now, Consumer<InitProducerId.Reply> answer) {
        Consumer<Errors> refuse = error -> answer.accept(InitProducerId.Reply.failed(error));
        if (request.transactionalId().isEmpty()) return refuse(Errors.INVALID_REQUEST, refuse);
        if (request.timeoutMs() <= 0 || request.timeoutMs() > settings.maxTimeoutMs()) {
            return refuse(Errors.INVALID_TRANSACTION_TIMEOUT, refuse);
        }
        if (underWay.contains(request.transactionalId())) return refuse(Errors.CONCURRENT_TRANSACTIONS, refuse);
        Decision decision = InitProducerId.decide(txns.get(request.transactionalId()), request, now.wallMs());
        if (decision instanceof Decision.Refused refused) return refuse(refused.error(), refuse);
        if (decision instanceof Decision.Change change) {
            Txn next = change.next();
            // Whoever had a transaction open is fenced now. The new producer comes again when that is aborted.
            return write(
                    next,
                    () -> answer.accept(
                            next.state().preparing()
                                    ? InitProducerId.Reply.failed(Errors.CONCURRENT_TRANSACTIONS)
                                    : InitProducerId.Reply.of(next.producer())),
                    refuse);
        }
        answer.accept(
                decision instanceof Decision.Unchanged same
                        ? InitProducerId.Reply.of(same.txn().producer())
                        : InitProducerId.Reply.needsId());
        return Outcome.none();
    }

    /** What waits for what is under way with this id; a client's request not for markers, since clients know how to come again. */
    public Outcome<TxnRecord> addPartitions(AddPartitions.Request request, Now now, Consumer<Errors> answer) {
        if (request.transactionalId().isEmpty()) return refuse(Errors.INVALID_REQUEST, answer);
        boolean later = underWay.contains(request.transactionalId());
        Decision decision = AddPartitions.decide(txns.get(request.transactionalId()), request, now.wallMs());
        if (request.kind() == AddPartitions.Kind.VERIFY) return verified(decision, later, answer);
        if (!later && decision instanceof Decision.Change change) {
            return write(change.next(), () -> answer.accept(Errors.NONE), answer);
        }
        if (!later && decision instanceof Decision.Refused refused) {
            later = refused.error() == Errors.CONCURRENT_TRANSACTIONS && request.kind() != AddPartitions.Kind.CLIENT;
            if (!later) return refuse(refused.error(), answer);
        }
        if (!later) return refuse(Errors.NONE, answer);
        boolean first = !waiting.any(request.transactionalId());
        long untilMs = now.monotonicMs() + LONGEST_WAIT_MS;
        if (!waiting.add(new Waiting.Request(request, untilMs, answer))) {
            return refuse(Errors.CONCURRENT_TRANSACTIONS, answer);
        }
        if (first) timers.schedule(TxnTimer.waiting(request.transactionalId()), LONGEST_WAIT_MS);
        return Outcome.none();
    }

    /** Nobody writes before its addition is committed, so nothing is to be waited for; an end under way still brings its marker. */
    private static Outcome<TxnRecord> verified(Decision decision, boolean busy, Consumer<Errors> answer) {
        if (!(decision instanceof Decision.Refused refused)) return refuse(Errors.NONE, answer);
        boolean maybe = busy && refused.error() == Errors.TRANSACTION_ABORTABLE;
        return refuse(maybe ? Errors.CONCURRENT_TRANSACTIONS : refused.error(), answer);
    }

    /** Together, those that can be answered now; the others wait on, or have waited long enough. */
    private Outcome<TxnRecord> goOn(String transactionalId, Now now) {
        boolean busy = underWay.contains(transactionalId);
        Txn before = txns.get(transactionalId);
        Txn next = before;
        List<Consumer<Errors>> added = new ArrayList<>();
        long firstMs = Long.MAX_VALUE;
        for (Waiting.Request request : waiting.take(transactionalId)) {
            Decision decision = busy
                    ? new Decision.Refused(Errors.CONCURRENT_TRANSACTIONS)
                    : AddPartitions.decide(next, request.asked(), now.wallMs());
            if (decision instanceof Decision.Change change) next = change.next();
            Errors error = decision instanceof Decision.Refused refused ? refused.error() : Errors.NONE;
            if (error == Errors.CONCURRENT_TRANSACTIONS && now.monotonicMs() < request.untilMs()) {
                waiting.add(request);
                firstMs = Math.min(firstMs, request.untilMs());
            } else if (error == Errors.NONE) {
                added.add(request.answer());
            } else {
                request.answer().accept(error);
            }
        }
        if (firstMs < Long.MAX_VALUE) timers.schedule(TxnTimer.waiting(transactionalId), firstMs - now.monotonicMs());
        Consumer<Errors> all = error -> added.forEach(answer -> answer.accept(error));
        if (next == null || next.equals(before)) return refuse(Errors.NONE, all);
        return write(next, () -> all.accept(Errors.NONE), all);
    }

    public Outcome<TxnRecord> end(EndTxn.Request request, Now now, Consumer<EndTxn.Reply> answer) {
        Consumer<Errors> refuse = error -> answer.accept(EndTxn.Reply.failed(error));
        if (request.transactionalId().isEmpty()) return refuse(Errors.INVALID_REQUEST, refuse);
        if (underWay.contains(request.transactionalId())) return refuse(Errors.CONCURRENT_TRANSACTIONS, refuse);
        Decision decision = EndTxn.decide(txns.get(request.transactionalId()), request, now.wallMs());
        if (decision instanceof Decision.Refused refused) return refuse(refused.error(), refuse);
        if (decision instanceof Decision.Change change) {
            return write(
                    change.next(),
                    () -> answer.accept(EndTxn.Reply.of(change.next().producer())),
                    refuse);
        }
        answer.accept(
                decision instanceof Decision.Unchanged same
                        ? EndTxn.Reply.of(same.txn().producer())
                        : EndTxn.Reply.needsId());
        return Outcome.none();
    }

    /** Every partition has the markers of this transaction. */
    public Outcome<TxnRecord> markersWritten(EndedTxn ended, Now now) {
        Txn txn = txns.get(ended.transactionalId());
        boolean same = txn != null
                && txn.producer().id() == ended.producerId()
                && txn.producer().epoch() == ended.producerEpoch();
        return same ? complete(txn, now) : Outcome.none();
    }

    private Outcome<TxnRecord> complete(@Nullable Txn txn, Now now) {
        if (txn == null || !txn.state().preparing() || underWay.contains(txn.transactionalId())) return Outcome.none();
        TxnTimer again = TxnTimer.completion(txn.transactionalId());
        return write(txn.completed(now.wallMs()), () -> {}, error -> timers.schedule(again, AGAIN_MS));
    }

    public Outcome<TxnRecord> describe(String transactionalId, Consumer<TxnView.Described> answer) {
        Txn txn = txns.get(transactionalId);
        answer.accept(
                txn == null
                        ? TxnView.Described.failed(Errors.TRANSACTIONAL_ID_NOT_FOUND)
                        : new TxnView.Described(Errors.NONE, java.util.Optional.of(txn)));
        return Outcome.none();
    }

    public Outcome<TxnRecord> list(TxnView.Filter filter, Now now, Consumer<List<Txn>> answer) {
        answer.accept(txns.values().stream()
                .filter(txn -> filter.passes(txn, now.wallMs()))
                .toList());
        return Outcome.none();
    }

    private Outcome<TxnRecord> abortTimedOut(Now now) {
        timers.schedule(TxnTimer.TIMEOUTS, settings.timeoutsIntervalMs());
        Outcome<TxnRecord> all = Outcome.none();
        int count = 0;
        for (Txn txn : txns.values()) {
            // Whoever writes them knows those that it has already.
            if (txn.state().preparing() && !underWay.contains(txn.transactionalId())) writeMarkers(txn);
            if (!txn.timedOut(now.wallMs()) || underWay.contains(txn.transactionalId())) continue;
            if (++count > MOST_AT_ONCE) {
                timers.schedule(TxnTimer.TIMEOUTS, AGAIN_MS);
                break;
            }
            String id = txn.transactionalId();
            all = all.and(write(txn.fenced(now.wallMs()), () -> events.timedOut(id), error -> {}));
        }
        return all;
    }

    private Outcome<TxnRecord> forgetUnused(Now now) {
        timers.schedule(TxnTimer.EXPIRY, settings.expiryIntervalMs());
        Outcome<TxnRecord> all = Outcome.none();
        int count = 0;
        for (Txn txn : txns.values()) {
            String id = txn.transactionalId();
            boolean unused = txn.state().idle() && now.wallMs() - txn.updatedMs() >= settings.expirationMs();
            if (!unused || underWay.contains(id)) continue;
            if (++count > MOST_AT_ONCE) {
                timers.schedule(TxnTimer.EXPIRY, AGAIN_MS);
                break;
            }
            all = all.and(append(new TxnRecord.Removed(id), () -> {}, error -> {}));
        }
        return all;
    }

    private Outcome<TxnRecord> write(Txn next, Runnable committed, Consumer<Errors> failed) {
        return append(
                new TxnRecord.Written(next),
                () -> {
                    if (next.state().preparing()) writeMarkers(next);
                    committed.run();
                },
                failed);
    }

    private Outcome<TxnRecord> append(TxnRecord record, Runnable committed, Consumer<Errors> failed) {
        String id = record.transactionalId();
        underWay.add(id);
        return new Outcome<>(
                List.of(record),
                () -> {
                    done(id);
                    committed.run();
                },
                error -> {
                    done(id);
                    failed.accept(error);
                });
    }

    private void done(String transactionalId) {
        underWay.remove(transactionalId);
        if (waiting.any(transactionalId)) timers.schedule(TxnTimer.waiting(transactionalId), 0);
    }

    private void writeMarkers(Txn txn) {
        markers.write(new EndedTxn(
                partition,
                coordinatorEpoch,
                txn.transactionalId(),
                txn.producer().id(),
                txn.producer().epoch(),
                txn.state() == TxnState.PREPARE_COMMIT,
                txn.raisesEpoch(),
                txn.partitions()));
    }

    private static Outcome<TxnRecord> refuse(Errors error, Consumer<Errors> answer) {
        answer.accept(error);
        return Outcome.none();
    }
}
