package dev.curia.broker.txn.state;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.protocol.Errors;

/** What operators are told of transactions (KIP-664). */
public final class TxnView {
    private TxnView() {}

    /** @param txn present exactly when there is no error */
    public record Described(Errors error, Optional<Txn> txn) {
        public static Described failed(Errors error) {
            return new Described(error, Optional.empty());
        }
    }

    /**
     * Which transactions are listed. An empty set passes all.
     *
     * @param minDurationMs only those that have run longer; negative: all
     */
    public record Filter(Set<TxnState> states, Set<Long> producerIds, long minDurationMs) {
        boolean passes(Txn txn, long nowMs) {
            return (states.isEmpty() || states.contains(txn.state()))
                    && (producerIds.isEmpty()
                            || producerIds.contains(txn.producer().id()))
                    && (minDurationMs < 0 || (txn.startedMs() >= 0 && nowMs - txn.startedMs() > minDurationMs));
        }
    }

    /** All transactions that pass, or why they can't be told. */
    public record Listing(Errors error, List<Txn> txns) {}
}
