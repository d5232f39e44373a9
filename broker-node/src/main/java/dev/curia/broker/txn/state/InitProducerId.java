package dev.curia.broker.txn.state;

import java.util.OptionalLong;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * A producer begins under a transactional id, or begins anew: all its predecessors are fenced by a higher epoch, and what they left open is
 * aborted first. Source: KIP-98, KIP-360.
 */
public final class InitProducerId {
    private InitProducerId() {}

    /**
     * @param expectedId and {@code expectedEpoch}: what the producer believes to be; -1: it does not know
     * @param freshId a producer id that nobody ever had, if one is at hand
     */
    public record Request(
            String transactionalId, int timeoutMs, long expectedId, short expectedEpoch, OptionalLong freshId) {
        public Request withFreshId(long id) {
            return new Request(transactionalId, timeoutMs, expectedId, expectedEpoch, OptionalLong.of(id));
        }

        boolean expects() {
            return expectedId >= 0;
        }
    }

    /** @param needsProducerId nothing was decided: to be asked again with a fresh id */
    public record Reply(Errors error, long producerId, short producerEpoch, boolean needsProducerId) {
        public static Reply failed(Errors error) {
            return new Reply(error, Producer.NONE, Producer.NO_EPOCH, false);
        }

        static Reply of(Producer producer) {
            return new Reply(Errors.NONE, producer.id(), producer.epoch(), false);
        }

        static Reply needsId() {
            return new Reply(Errors.NONE, Producer.NONE, Producer.NO_EPOCH, true);
        }
    }

    /** An open transaction changes to its abort; the answer is then to come again. */
    static Decision decide(@Nullable Txn txn, Request request, long nowMs) {
        if (txn == null) {
            if (request.freshId.isEmpty()) return new Decision.NeedsProducerId();
            Producer first = Producer.first(request.freshId.getAsLong());
            return new Decision.Change(Txn.empty(request.transactionalId, first, request.timeoutMs, nowMs));
        }
        if (request.expects() && !knows(txn.producer(), request)) return new Decision.Refused(Errors.PRODUCER_FENCED);
        if (txn.state().preparing()) return new Decision.Refused(Errors.CONCURRENT_TRANSACTIONS);
        if (txn.state() == TxnState.ONGOING) {
            boolean late =
                    request.expects() && request.expectedEpoch != txn.producer().epoch();
            return late ? new Decision.Refused(Errors.PRODUCER_FENCED) : new Decision.Change(txn.fenced(nowMs));
        }
        return begin(txn, request, nowMs);
    }

    private static boolean knows(Producer producer, Request request) {
        return request.expectedId == producer.id()
                || (request.expectedId == producer.previousId() && Producer.exhausted(request.expectedEpoch));
    }

    private static Decision begin(Txn txn, Request request, long nowMs) {
        Producer producer = txn.producer();
        boolean current = !request.expects()
                || (request.expectedId == producer.id() && request.expectedEpoch == producer.epoch());
        if (!current) {
            return request.expectedEpoch == producer.lastEpoch()
                    ? new Decision.Unchanged(txn)
                    : new Decision.Refused(Errors.PRODUCER_FENCED);
        }
        if (!producer.exhausted()) return empty(request, producer.bumped(request.expects()), nowMs);
        if (request.freshId.isEmpty()) return new Decision.NeedsProducerId();
        return empty(request, producer.rotated(request.freshId.getAsLong(), request.expects()), nowMs);
    }

    private static Decision empty(Request request, Producer producer, long nowMs) {
        return new Decision.Change(Txn.empty(request.transactionalId, producer, request.timeoutMs, nowMs));
    }
}
