package dev.curia.broker.fetch;

import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/**
 * One request within its fetch session, or without one. Immutable.
 *
 * @param error not NONE: answer with just that
 * @param partitions to read, in this order
 */
public record FetchTurn(Errors error, List<FetchPartition> partitions, Teller teller) {
    /** Decides what of the partitions read is worth telling. */
    @FunctionalInterface
    public interface Teller {
        /** Takes over what it does not return. */
        Told tell(List<FetchedPartition> fetched);
    }

    /** @param sessionId 0: none */
    public record Told(int sessionId, List<FetchedPartition> partitions) {}

    static FetchTurn refused(Errors error) {
        return new FetchTurn(error, List.of(), fetched -> new Told(0, fetched));
    }

    /** Everything asked, and everything told. */
    static FetchTurn withoutSession(List<FetchPartition> partitions) {
        return new FetchTurn(Errors.NONE, partitions, fetched -> new Told(0, fetched));
    }

    static FetchTurn within(FetchSession session, boolean full) {
        return new FetchTurn(
                Errors.NONE, session.asked(), fetched -> new Told(session.id, session.answer(fetched, full)));
    }
}
