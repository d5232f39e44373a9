package dev.curia.broker.txn;

import java.util.function.BooleanSupplier;

/** How partitions led here become, or are, part of transactions, before anything is written to them. Thread-safe. */
public record Membership(ImplicitAdditions additions, Verifications verifications) {
    /** @param verifies transaction.partition.verification.enable, as it is now */
    public static Membership of(
            TransactionCoordinator coordinator,
            MarkerLeaders leaders,
            CoordinatorLinks links,
            BooleanSupplier verifies) {
        CoordinatorRoute route = new CoordinatorRoute(coordinator, leaders, links);
        return new Membership(new ImplicitAdditions(route), new Verifications(route, verifies));
    }
}
