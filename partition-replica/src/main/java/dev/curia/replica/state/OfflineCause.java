package dev.curia.replica.state;

import dev.curia.proto.events.v1.CauseKind;
import dev.curia.replica.ReplicaAssignment;

/** Why a replica cannot be used, and what can be done about it. Pure. */
public enum OfflineCause {
    /** The log directory that holds it failed. */
    DIRECTORY_FAILED(CauseKind.DIRECTORY_FAILED),
    /** Flushed data of it is damaged. */
    DAMAGED(CauseKind.DAMAGED),
    /** It is in none of the directories that could be opened, and others could not: it may be there. */
    MISSING(CauseKind.MISSING),
    /** What lies on disk does not fit metadata which may be older than it. */
    METADATA_BEHIND(CauseKind.METADATA_BEHIND),
    /** No log directory has room for it. */
    NO_SPACE(CauseKind.NO_SPACE),
    /** People have to look at it. */
    BROKEN(CauseKind.BROKEN);

    private final CauseKind kind;

    OfflineCause(CauseKind kind) {
        this.kind = kind;
    }

    /** As events name it. */
    public CauseKind kind() {
        return kind;
    }

    /** What to do next. */
    public enum Remedy {
        /** Nothing, yet. */
        WAIT,
        /** Open it as it is, or make it if it was never there. */
        OPEN,
        /** Give up what was stored, and make it anew from its leader. */
        REPLACE
    }

    /**
     * What was stored is given up only when nobody counts on it: the replica is not in the ISR nor eligible, and another broker leads. That has to be told by
     * metadata from after the controller acted on the report: until then a proposal to have the replica in sync may be under way.
     *
     * @param acted whether {@code assignment} is from after the controller acted on the report that the replica is offline
     * @param metadataCurrent whether the metadata is at least as new as this broker's registration
     */
    public Remedy remedy(ReplicaAssignment assignment, int self, boolean acted, boolean metadataCurrent) {
        return switch (this) {
            case BROKEN -> Remedy.WAIT;
            case METADATA_BEHIND -> metadataCurrent ? Remedy.OPEN : Remedy.WAIT;
            case NO_SPACE -> acted ? Remedy.OPEN : Remedy.WAIT;
            case DIRECTORY_FAILED, DAMAGED, MISSING ->
                acted && isDispensable(assignment, self) ? Remedy.REPLACE : Remedy.WAIT;
        };
    }

    private static boolean isDispensable(ReplicaAssignment assignment, int self) {
        boolean anotherLeads = assignment.leader() >= 0 && assignment.leader() != self;
        return anotherLeads && !assignment.countsOn(self);
    }
}
