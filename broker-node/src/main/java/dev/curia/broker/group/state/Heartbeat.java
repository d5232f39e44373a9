package dev.curia.broker.group.state;

import org.jspecify.annotations.Nullable;

/** A member says that it lives. The reply is an error code: REBALANCE_IN_PROGRESS asks it to join again. */
public final class Heartbeat {
    private Heartbeat() {}

    /** Of which generation the member takes itself to be. */
    public record Request(
            String groupId,
            int generation,
            String memberId,
            @Nullable String instanceId) {}
}
