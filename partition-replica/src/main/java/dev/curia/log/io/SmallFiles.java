package dev.curia.log.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Whole small files: read at once, replaced atomically. */
public final class SmallFiles {
    private static final int MAX_BYTES = 256 << 20;

    private SmallFiles() {}

    /** Fails on a file above 256 MiB: it is not one of ours. */
    public static ByteBuffer read(FileSystem files, Path file) throws IOException {
        try (LogFile in = files.openReadOnly(file)) {
            long size = in.size();
            if (size > MAX_BYTES) throw new IOException(file + " is " + size + " bytes, more than " + MAX_BYTES);
            ByteBuffer content = ByteBuffer.allocate((int) size);
            in.read(content, 0);
            return content.flip();
        }
    }

    public static String readText(FileSystem files, Path file) throws IOException {
        return StandardCharsets.UTF_8.decode(read(files, file)).toString();
    }

    /** The file has the new content, durably, when this returns; until then, and after a crash meanwhile, the old one or the new one. */
    public static void replace(FileSystem files, Path file, ByteBuffer content) throws IOException {
        replaceUnforced(files, file, content);
        files.forceDirectory(parent(file));
    }

    public static void replaceText(FileSystem files, Path file, String content) throws IOException {
        replace(files, file, StandardCharsets.UTF_8.encode(content));
    }

    /** As {@link #replace}, but which of the two contents survives a crash is open until the directory is forced. */
    public static void replaceUnforced(FileSystem files, Path file, ByteBuffer content) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        files.delete(temporary);
        try (LogFile out = files.open(temporary)) {
            out.append(content);
            out.force();
        }
        files.rename(temporary, file);
    }

    private static Path parent(Path file) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        if (parent == null) throw new IOException(file + " has no directory");
        return parent;
    }
}
