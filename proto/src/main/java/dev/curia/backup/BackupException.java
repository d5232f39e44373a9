package dev.curia.backup;

import java.io.IOException;

/** A file that cannot be used as a backup. The message is for people: which, why, and what to do. */
public final class BackupException extends IOException {
    private static final long serialVersionUID = 1L;

    BackupException(String message) {
        super(message);
    }
}
