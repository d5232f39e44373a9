package dev.curia.replica.node;

import dev.curia.log.DamagedLogException;
import dev.curia.log.LogDirectoryException;
import dev.curia.log.io.NoSpaceException;
import dev.curia.replica.state.OfflineCause;
import java.io.IOException;

/** A replica's log cannot be opened. */
final class OfflineException extends IOException {
    private static final long serialVersionUID = 1L;

    private final OfflineCause cause;

    OfflineException(OfflineCause cause, String message) {
        super(message);
        this.cause = cause;
    }

    /** Of whatever kept a log from being opened. */
    static OfflineCause causeOf(IOException failure) {
        if (failure instanceof OfflineException offline) return offline.cause;
        if (failure instanceof DamagedLogException) return OfflineCause.DAMAGED;
        if (failure instanceof NoSpaceException) return OfflineCause.NO_SPACE;
        if (failure instanceof LogDirectoryException) return OfflineCause.BROKEN;
        return OfflineCause.DIRECTORY_FAILED;
    }
}
