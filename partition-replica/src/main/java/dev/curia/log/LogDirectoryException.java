package dev.curia.log;

import java.io.IOException;

/** A log directory cannot be used. The message names it, what was found, what was expected and what to do. */
public final class LogDirectoryException extends IOException {
    private static final long serialVersionUID = 1L;

    public LogDirectoryException(String message) {
        super(message);
    }

    public LogDirectoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
