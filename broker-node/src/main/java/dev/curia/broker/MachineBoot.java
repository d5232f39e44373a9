package dev.curia.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Names the time since this machine was started: what was written to its page cache since then is not lost when a process ends. */
final class MachineBoot {
    private static final Logger LOG = LoggerFactory.getLogger(MachineBoot.class);
    private static final Path LINUX = Path.of("/proc/sys/kernel/random/boot_id");

    private MachineBoot() {}

    /** Empty: this system does not say. */
    static Optional<String> id() {
        try {
            String id = Files.readString(LINUX).strip();
            return id.matches("[0-9a-fA-F-]{8,64}") ? Optional.of(id) : Optional.empty();
        } catch (IOException e) {
            LOG.debug("{} cannot be read: a start after a crash counts as unclean", LINUX, e);
            return Optional.empty();
        }
    }
}
