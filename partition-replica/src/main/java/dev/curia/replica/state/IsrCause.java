package dev.curia.replica.state;

import dev.curia.proto.events.v1.CauseKind;
import dev.curia.replica.port.ReplicationSource.Sending;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/** Why a leader wants another in-sync set. Immutable. */
public record IsrCause(CauseKind kind, String text) {
    /** @param sending by broker id; of several who leave, the first gives the kind and all are named */
    public static IsrCause of(Effect.ProposeIsr proposal, LeaderState leader, IntFunction<Optional<Sending>> sending) {
        List<Laggard> leaving = proposal.leaving();
        if (leaving.isEmpty()) {
            List<Integer> joining = proposal.isr().stream()
                    .map(Effect.IsrMember::brokerId)
                    .filter(id -> !leader.isr().committed().contains(id))
                    .toList();
            return new IsrCause(CauseKind.CAUGHT_UP, "caught up: brokers " + joining);
        }
        CauseKind kind = leaving.get(0).cause(sending.apply(leaving.get(0).brokerId()), leader);
        String text = leaving.stream()
                .map(one -> one.describe(one.cause(sending.apply(one.brokerId()), leader)))
                .collect(Collectors.joining("; "));
        return new IsrCause(kind, text);
    }
}
