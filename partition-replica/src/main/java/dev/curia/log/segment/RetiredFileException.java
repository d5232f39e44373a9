package dev.curia.log.segment;

import java.io.IOException;
import java.nio.file.Path;

/** The file was dropped from its log, or the log was closed, before it was read: whoever has a newer view looks there. */
public final class RetiredFileException extends IOException {
    private static final long serialVersionUID = 1L;

    RetiredFileException(Path file) {
        super(file + " is no longer part of its log");
    }
}
