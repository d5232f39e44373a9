package dev.curia.metadata.port;

import dev.curia.common.net.HostPort;

/** Finds out that a process which was reached is gone. Thread-safe. */
@FunctionalInterface
public interface ProcessWatch {
    /** Finds out nothing. */
    ProcessWatch NONE = (address, gone) -> () -> {};

    /** Until it is closed. */
    interface Watched extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * @param gone run, perhaps more than once and on any thread, when the connection to this address has broken and the machine there says that
     *     nobody listens any more; not while there is only silence. Must not block.
     */
    Watched watch(HostPort address, Runnable gone);
}
