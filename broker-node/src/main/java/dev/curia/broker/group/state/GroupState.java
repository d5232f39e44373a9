package dev.curia.broker.group.state;

/** Where a group stands; {@link #title} is how Kafka's tools print it. */
public enum GroupState {
    /** No members; may hold offsets. */
    EMPTY("Empty"),
    /** Waits for the members to join. */
    PREPARING_REBALANCE("PreparingRebalance"),
    /** All joined; waits for the leader's assignment and its commit. */
    COMPLETING_REBALANCE("CompletingRebalance"),
    /** Every member has its assignment. */
    STABLE("Stable"),
    /** Of a consumer group: its target is not that of its epoch yet. */
    ASSIGNING("Assigning"),
    /** Of a consumer group: members are on their way to their targets. */
    RECONCILING("Reconciling"),
    /** Being deleted; refuses everything. */
    DEAD("Dead");

    private final String title;

    GroupState(String title) {
        this.title = title;
    }

    public String title() {
        return title;
    }
}
