package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The units of {@code deploy/systemd}, as systemd itself reads them. */
class SystemdUnitsTest {
    private static final Path SYSTEMD = Distribution.find().sources().resolve("deploy/systemd");
    private static final Path CONFIG = Distribution.find().sources().resolve("deploy/config");
    /** Tenths of systemd's own score, from 0 (locked up) to 100; that of a unit which says nothing is 96. */
    private static final int EXPOSURE = 20;

    @TempDir
    Path units;

    /** With the programs where this machine has them. */
    @BeforeEach
    void copyUnits() throws Exception {
        Path common = Files.createDirectory(units.resolve("curia-.service.d"));
        Files.copy(SYSTEMD.resolve("curia-.service.d/common.conf"), common.resolve("common.conf"));
        for (String role : List.of("quorum", "broker", "combined")) {
            String unit = DeployFilesTest.read(SYSTEMD.resolve("curia-" + role + ".service"));
            Files.writeString(
                    units.resolve("curia-" + role + ".service"),
                    unit.replace(
                            "/opt/curia/bin/curia",
                            Distribution.find().home().resolve("bin/curia").toString()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"quorum", "broker", "combined"})
    void systemdTakesItAndFindsLittleThatItCouldHarm(String role) {
        needsSystemd();
        Path unit = units.resolve("curia-" + role + ".service");

        Command.Result verified = analyze("verify", unit.toString()).orFail();
        assertThat(verified.err() + verified.text()).doesNotContain(unit.getFileName() + ":");
        analyze("security", "--offline=true", "--threshold=" + EXPOSURE, unit.toString())
                .orFail();
    }

    @Test
    void whatIsMisspeltIsFound() throws Exception {
        needsSystemd();
        Path unit = units.resolve("curia-broker.service");
        Files.writeString(unit, DeployFilesTest.read(unit).replace("TimeoutStopSec", "TimeoutStopSecs"));

        Command.Result result = analyze("verify", unit.toString());

        assertThat(result.err() + result.text()).contains("TimeoutStopSecs");
    }

    @ParameterizedTest
    @ValueSource(strings = {"quorum", "broker", "combined"})
    void itRunsWhatThereIsAndGivesItTimeToHandOver(String role) {
        String unit = DeployFilesTest.read(SYSTEMD.resolve("curia-" + role + ".service"));

        assertThat(CONFIG.resolve(role + ".properties")).exists();
        assertThat(unit)
                .contains("ExecStart=/opt/curia/bin/curia server --config /etc/curia/" + role + ".properties\n");
        Matcher timeout = Pattern.compile("TimeoutStopSec=(\\d+)s").matcher(unit);
        assertThat(timeout.find()).isTrue();
        assertThat(Duration.ofSeconds(Long.parseLong(timeout.group(1))))
                .isGreaterThan(handOver().multipliedBy(3));
    }

    /** The default of controlled.shutdown.timeout.ms. */
    private static Duration handOver() {
        String reference = DeployFilesTest.read(Distribution.find().sources().resolve("docs/configuration.md"));
        Matcher row = Pattern.compile("\\| `controlled.shutdown.timeout.ms` \\| `(\\d+)`")
                .matcher(reference);
        assertThat(row.find()).isTrue();
        return Duration.ofMillis(Long.parseLong(row.group(1)));
    }

    private static void needsSystemd() {
        Needs.that(
                "systemd-analyze",
                Command.of("sh", "-c", "command -v systemd-analyze").run());
    }

    private Command.Result analyze(String... arguments) {
        return Command.of(Stream.concat(Stream.of("systemd-analyze", "--no-pager"), Stream.of(arguments))
                        .toList())
                .environment(Map.of("SYSTEMD_UNIT_PATH", units + ":"))
                .run();
    }
}
