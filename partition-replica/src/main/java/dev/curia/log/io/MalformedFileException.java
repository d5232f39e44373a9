package dev.curia.log.io;

import java.io.IOException;
import java.nio.file.Path;

/** A file's content is not in its format. */
public final class MalformedFileException extends IOException {
    private static final long serialVersionUID = 1L;

    public MalformedFileException(Path file, String what) {
        super(file + " " + what + ". Restore it, or remove it and have its content rebuilt.");
    }
}
