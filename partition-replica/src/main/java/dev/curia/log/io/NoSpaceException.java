package dev.curia.log.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The file system, or the quota on it, has no room for what was to be written. The disk is as good as before: what is on it can be read, and
 * when room was made the operation can be tried again. Of a write, a part may have been done.
 */
public final class NoSpaceException extends IOException {
    private static final long serialVersionUID = 1L;
    /** Less than this counts as nothing. */
    private static final long NOTHING = 64 << 10;

    public NoSpaceException(IOException cause) {
        super(cause.getMessage(), cause);
    }

    /**
     * Tells by the system's message, which may be in another language, and by what room there is.
     *
     * @param file what was to be written
     */
    static IOException orOther(IOException failure, Path file) {
        String message = Optional.ofNullable(failure.getMessage()).orElse("");
        boolean full = message.contains("No space left on device") || message.contains("Disk quota exceeded");
        return full || nothingLeft(file) ? new NoSpaceException(failure) : failure;
    }

    private static boolean nothingLeft(Path file) {
        try {
            Path parent = file.toAbsolutePath().getParent();
            return parent != null && Files.getFileStore(parent).getUsableSpace() < NOTHING;
        } catch (IOException unknown) {
            return false; // the disk is worse off than full
        }
    }
}
