package dev.curia.system;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a test needs and cannot do without: where it is not to be had, the test is skipped, and says why. */
final class Needs {
    private static final Logger LOG = LoggerFactory.getLogger(Needs.class);

    private Needs() {}

    /** Goes on only when the command that gets it went well. */
    static void that(String what, Command.Result got) {
        that(what, got.exitCode() == 0, got.err().isBlank() ? got.text() : got.err());
    }

    static void that(String what, boolean is, String why) {
        if (is) return;
        LOG.warn("SKIPPED, needs {}: {}", what, why.strip());
        Assumptions.abort("needs " + what + ": " + why.strip());
    }

    /** Programs from Debian, by the names that system-tests/install-clients.sh knows. */
    static void installed(String... programs) {
        Path script = Distribution.find().sources().resolve("system-tests/install-clients.sh");
        List<String> line = new ArrayList<>(List.of(script.toString()));
        line.addAll(List.of(programs));
        that(
                String.join(" and ", programs),
                Command.of(line).within(Duration.ofMinutes(2)).run());
    }
}
