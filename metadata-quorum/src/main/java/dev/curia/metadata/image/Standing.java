package dev.curia.metadata.image;

import dev.curia.proto.common.v1.BrokerStanding;

/** What an administrator wants of a broker. */
public enum Standing {
    IN_SERVICE(BrokerStanding.IN_SERVICE),
    /** It keeps its replicas, gets no more, and leads only what nobody else can. */
    MAINTENANCE(BrokerStanding.IN_MAINTENANCE),
    /** Its replicas move to other brokers. */
    DRAINING(BrokerStanding.DRAINING),
    /** The same, and once it is empty and stopped it is forgotten. */
    DECOMMISSIONING(BrokerStanding.DECOMMISSIONING);

    private final BrokerStanding proto;

    Standing(BrokerStanding proto) {
        this.proto = proto;
    }

    /** @throws IllegalStateException for a value that this version does not know */
    static Standing of(BrokerStanding proto) {
        for (Standing standing : values()) if (standing.proto == proto) return standing;
        throw new IllegalStateException(
                "a broker's standing of a kind that this version does not know; upgrade this node");
    }

    public BrokerStanding proto() {
        return proto;
    }

    /** Whether its replicas move away. */
    public boolean leaves() {
        return this == DRAINING || this == DECOMMISSIONING;
    }
}
