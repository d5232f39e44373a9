package dev.curia.broker.kafka.api.txn;

import org.apache.kafka.common.protocol.Errors;

/** Errors as the clients of a version know them. Stateless. */
final class TxnErrors {
    private TxnErrors() {}

    /** @param firstToKnowFencing the first version whose clients know PRODUCER_FENCED (KIP-588) */
    static short code(Errors error, short version, int firstToKnowFencing) {
        boolean unknown = error == Errors.PRODUCER_FENCED && version < firstToKnowFencing;
        return (unknown ? Errors.INVALID_PRODUCER_EPOCH : error).code();
    }
}
