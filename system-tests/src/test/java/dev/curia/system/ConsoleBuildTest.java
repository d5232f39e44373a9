package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The web console that is committed is what its sources and its lock file make, byte for byte. */
@Tag("slow")
@Tag("long")
class ConsoleBuildTest {
    private static final int NOT_HAD = 3;

    @Test
    void whatIsCommittedIsWhatItsSourcesMake() {
        Needs.installed("node", "npm");
        String script =
                Distribution.find().sources().resolve("build/console.sh").toString();
        Command.Result built =
                Command.of(script, "--check").within(Duration.ofMinutes(2)).run();
        Needs.that("what the console is built with", built.exitCode() != NOT_HAD, built.err());
        assertThat(built.exitCode()).as(built.text() + built.err()).isZero();
    }
}
