package dev.curia.system;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A small file system in memory. Where mounting is not permitted, the calling test is skipped. */
record Tmpfs(Path mountPoint) implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Tmpfs.class);
    private static final String FILLER = "filler";

    static Tmpfs mount(Path directory, int mebibytes) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Command.Result mounted = Command.of(
                        "mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "curia-test", directory.toString())
                .run();
        if (mounted.exitCode() != 0) {
            LOG.warn("SKIPPED, needs to mount a tmpfs: {}", mounted.err().strip());
            Assumptions.abort("needs to mount a tmpfs: " + mounted.err().strip());
        }
        return new Tmpfs(directory);
    }

    void resize(int mebibytes) {
        Command.of("mount", "-o", "remount,size=" + mebibytes + "m", mountPoint.toString())
                .run()
                .orFail();
    }

    /** Another program writes until nothing fits any more. */
    void fillUp() {
        byte[] block = new byte[1 << 16];
        try (OutputStream filler = Files.newOutputStream(mountPoint.resolve(FILLER))) {
            while (true) filler.write(block);
        } catch (IOException full) {
            LOG.info("{} is filled up: {}", mountPoint, full.getMessage());
        }
    }

    void removeFiller() {
        try {
            Files.delete(mountPoint.resolve(FILLER));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whoever still has files open there keeps them. */
    @Override
    public void close() {
        Command.of("umount", "-l", mountPoint.toString()).run().orFail();
    }
}
