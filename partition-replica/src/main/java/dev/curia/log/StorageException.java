package dev.curia.log;

import java.io.IOException;

/**
 * The disk failed an operation that has no answer but success. The log directory is offline already and its listener has been told; the
 * caller gives up what it was doing.
 */
public final class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StorageException(String what, IOException cause) {
        super(what + ": " + cause.getMessage(), cause);
    }
}
