package dev.curia.broker.txn.state;

import org.apache.kafka.common.protocol.Errors;

/** What a request means for a transactional id. Immutable. */
sealed interface Decision {
    /** Nothing changes, and the answer is no. */
    record Refused(Errors error) implements Decision {}

    /** Nothing changes, and the answer is what is already so. */
    record Unchanged(Txn txn) implements Decision {}

    /** To be persisted; then the answer is yes. */
    record Change(Txn next) implements Decision {}

    /** To be asked again with a producer id that nobody ever had. */
    record NeedsProducerId() implements Decision {}
}
