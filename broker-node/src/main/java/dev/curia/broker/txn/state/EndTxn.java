package dev.curia.broker.txn.state;

import java.util.OptionalLong;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** A producer commits or aborts. The answer leaves when that is decided for good; the markers follow. Source: KIP-98, KIP-890. */
public final class EndTxn {
    private EndTxn() {}

    /**
     * @param raisesEpoch the producer goes on with the identity of the answer
     * @param freshId a producer id that nobody ever had, if one is at hand
     */
    public record Request(
            String transactionalId,
            long producerId,
            short producerEpoch,
            boolean commit,
            boolean raisesEpoch,
            OptionalLong freshId) {
        public Request withFreshId(long id) {
            return new Request(transactionalId, producerId, producerEpoch, commit, raisesEpoch, OptionalLong.of(id));
        }
    }

    /**
     * @param producerId and {@code producerEpoch}: who the producer is from now on
     * @param needsProducerId nothing was decided: to be asked again with a fresh id
     */
    public record Reply(Errors error, long producerId, short producerEpoch, boolean needsProducerId) {
        public static Reply failed(Errors error) {
            return new Reply(error, Producer.NONE, Producer.NO_EPOCH, false);
        }

        static Reply of(Producer now) {
            Producer then = now.completed();
            return new Reply(Errors.NONE, then.id(), then.epoch(), false);
        }

        static Reply needsId() {
            return new Reply(Errors.NONE, Producer.NONE, Producer.NO_EPOCH, true);
        }
    }

    static Decision decide(@Nullable Txn txn, Request request, long nowMs) {
        if (txn == null) return new Decision.Refused(Errors.INVALID_PRODUCER_ID_MAPPING);
        return request.raisesEpoch ? raising(txn, request, nowMs) : keeping(txn, request, nowMs);
    }

    private static Decision keeping(Txn txn, Request request, long nowMs) {
        Producer producer = txn.producer();
        if (request.producerId != producer.id()) return new Decision.Refused(Errors.INVALID_PRODUCER_ID_MAPPING);
        if (request.producerEpoch != producer.epoch()) return new Decision.Refused(Errors.PRODUCER_FENCED);
        return switch (txn.state()) {
            case ONGOING -> new Decision.Change(txn.prepared(request.commit, producer, false, nowMs));
            case PREPARE_COMMIT, PREPARE_ABORT -> underWay(txn, request);
            case COMPLETE_COMMIT, COMPLETE_ABORT -> ended(txn, request) ? new Decision.Unchanged(txn) : invalidState();
            case EMPTY, DEAD -> invalidState();
        };
    }

    /** The epoch tells a request that is sent again from the end of the next transaction. */
    private static Decision raising(Txn txn, Request request, long nowMs) {
        Producer producer = txn.producer();
        boolean rotated = request.producerId == producer.previousId()
                && request.producerEpoch == Producer.LAST_EPOCH
                && producer.epoch() == 0;
        if (!rotated && request.producerId != producer.id()) {
            return new Decision.Refused(Errors.INVALID_PRODUCER_ID_MAPPING);
        }
        // The highest epoch is the markers' alone: a producer whose transaction the coordinator aborted with it is
        // fenced.
        boolean bumped = producer.epoch() == request.producerEpoch + 1
                && (producer.epoch() <= Producer.LAST_EPOCH || producer.nextId() != Producer.NONE);
        boolean again = rotated || bumped;
        boolean current = !rotated && producer.epoch() == request.producerEpoch;
        boolean valid = switch (txn.state()) {
            case PREPARE_COMMIT, PREPARE_ABORT -> again;
            case COMPLETE_COMMIT, COMPLETE_ABORT -> again || current;
            case EMPTY, ONGOING, DEAD -> current;
        };
        if (!valid) return new Decision.Refused(Errors.PRODUCER_FENCED);
        return switch (txn.state()) {
            case ONGOING -> prepare(txn, request, nowMs);
            case PREPARE_COMMIT, PREPARE_ABORT -> underWay(txn, request);
            case COMPLETE_COMMIT, COMPLETE_ABORT -> {
                if (again) yield ended(txn, request) ? new Decision.Unchanged(txn) : invalidState();
                yield request.commit ? invalidState() : prepare(txn, request, nowMs);
            }
            // An abort of nothing: batches may be under way that the coordinator has not been told of.
            case EMPTY -> request.commit ? invalidState() : prepare(txn, request, nowMs);
            case DEAD -> invalidState();
        };
    }

    private static Decision prepare(Txn txn, Request request, long nowMs) {
        Producer then = txn.producer().bumped(true);
        if (txn.producer().exhausted()) {
            if (request.freshId.isEmpty()) return new Decision.NeedsProducerId();
            then = then.withNext(request.freshId.getAsLong());
        }
        return new Decision.Change(txn.prepared(request.commit, then, true, nowMs));
    }

    private static Decision underWay(Txn txn, Request request) {
        boolean same = request.commit == (txn.state() == TxnState.PREPARE_COMMIT);
        return same ? new Decision.Refused(Errors.CONCURRENT_TRANSACTIONS) : invalidState();
    }

    private static boolean ended(Txn txn, Request request) {
        return request.commit == (txn.state() == TxnState.COMPLETE_COMMIT);
    }

    private static Decision invalidState() {
        return new Decision.Refused(Errors.INVALID_TXN_STATE);
    }
}
