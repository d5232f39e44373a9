package dev.curia.broker.group.state;

import org.jspecify.annotations.Nullable;

/**
 * A member as persisted and as described. Immutable.
 *
 * @param instanceId of a static member (KIP-345)
 * @param subscription the member's metadata under the chosen protocol
 */
public record MemberSnapshot(
        String memberId,
        @Nullable String instanceId,
        String clientId,
        String clientHost,
        int rebalanceTimeoutMs,
        int sessionTimeoutMs,
        Bytes subscription,
        Bytes assignment) {}
