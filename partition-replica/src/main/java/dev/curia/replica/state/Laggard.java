package dev.curia.replica.state;

import dev.curia.proto.events.v1.CauseKind;
import dev.curia.replica.port.ReplicationSource.Sending;
import java.util.Optional;

/**
 * A follower that its leader takes out of the in-sync set, and how it is then. Immutable.
 *
 * @param attached whether it has a subscription
 * @param recordsBehind the leader's end, -1: it has not said how far it is in this leader epoch
 * @param behindNanos since it last had all that the leader had
 * @param silentNanos since it last subscribed or acknowledged something
 */
public record Laggard(int brokerId, boolean attached, long recordsBehind, long behindNanos, long silentNanos) {
    /** @param sending empty: unknown; without meaning unless attached */
    public CauseKind cause(Optional<Sending> sending, LeaderState leader) {
        if (!attached) return CauseKind.FOLLOWER_DISCONNECTED;
        if (silentNanos > leader.settings().lagMaxNanos()) return CauseKind.FOLLOWER_SILENT;
        if (sending.isPresent() && sending.get().outOfCredit()) return CauseKind.FOLLOWER_NO_CREDIT;
        boolean sentAll =
                sending.filter(s -> s.nextOffset() >= leader.logEndOffset()).isPresent();
        return sentAll && leader.settings().fsynced() ? CauseKind.FOLLOWER_SLOW_DISK : CauseKind.FOLLOWER_LAGGING;
    }

    /** For people. */
    public String describe(CauseKind cause) {
        String how = switch (cause) {
            case FOLLOWER_DISCONNECTED -> "has no stream to its leader";
            case FOLLOWER_SILENT -> "acknowledges nothing";
            case FOLLOWER_NO_CREDIT -> "takes no more records";
            case FOLLOWER_SLOW_DISK -> "was sent everything and does not get it to disk";
            default -> "acknowledges less than is appended";
        };
        String behind = recordsBehind < 0 ? "of unknown position" : recordsBehind + " records behind";
        return "broker " + brokerId + " " + how + ": " + behind + ", not caught up since " + millis(behindNanos)
                + " ms, last heard of " + millis(silentNanos) + " ms ago";
    }

    private static long millis(long nanos) {
        return nanos / 1_000_000;
    }
}
