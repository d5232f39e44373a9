package dev.curia.log;

import dev.curia.log.io.NoSpaceException;
import java.io.IOException;

/**
 * An operation failed that has no answer but success. Unless there was {@link #isNoSpace no space}, the log or its directory is offline
 * already; the caller gives up what it was doing.
 */
public final class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StorageException(String what, IOException cause) {
        super(what + ": " + cause.getMessage(), cause);
    }

    /** The disk is full; nothing is lost, and the operation can be tried again later. */
    public boolean isNoSpace() {
        return getCause() instanceof NoSpaceException;
    }
}
