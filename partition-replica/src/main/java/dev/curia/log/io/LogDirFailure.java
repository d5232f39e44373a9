package dev.curia.log.io;

import java.io.IOException;
import java.nio.file.Path;

/** Hears once, from whatever thread met it, that a log directory can no longer be trusted: its replicas are offline from then on. */
@FunctionalInterface
public interface LogDirFailure {
    /**
     * @param what was being done
     */
    void onFailure(Path directory, String what, IOException cause);
}
