package dev.curia.metadata.port;

import dev.curia.common.net.HostPort;

/** Finds out that a broker's process is gone. Thread-safe. */
@FunctionalInterface
public interface BrokerProbe {
    /** Knows nothing of any broker. */
    BrokerProbe NONE = (address, refused) -> {};

    /**
     * @param refused run once, on any thread, when the machine at this address says that nobody listens there; not at all when somebody does, or
     *     nothing answers in time. Never blocks the caller.
     */
    void probe(HostPort address, Runnable refused);
}
