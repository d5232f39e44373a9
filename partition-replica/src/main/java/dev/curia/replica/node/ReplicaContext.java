package dev.curia.replica.node;

import dev.curia.common.time.Clock;
import dev.curia.replica.port.IsrProposals;
import dev.curia.replica.port.LocalBroker;
import dev.curia.replica.port.ReplicaEvents;
import dev.curia.replica.port.ReplicaLinks;
import dev.curia.replica.port.ReplicaMetrics;

/** What every replica of this broker is given. */
record ReplicaContext(
        LocalBroker self,
        ReplicaConfig config,
        Clock clock,
        IsrProposals proposals,
        ReplicaLinks links,
        ReplicaMetrics metrics,
        Throttles throttles,
        ReplicaEvents events) {
    /** Between two proposals, and between two subscriptions after a refusal. */
    static final long RETRY_NANOS = 50_000_000;
}
