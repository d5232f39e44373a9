package dev.curia.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/**
 * Runs seeds. {@code -Dsim.seeds=N} runs N instead of a few, from {@code -Dsim.first} on; {@code -Dsim.seed=S} runs one and prints all that
 * happened, with {@code -Dsim.log=true} and the brokers' own logs. What they print is in the test's output file. For instance:
 * {@code mvn test -pl broker-node -am -Dtest=SimulationTest -Dsurefire.failIfNoSpecifiedTests=false -Dsim.seeds=1000}
 */
class SimulationTest {
    private static final Parts REAL = new Parts() {};
    private static final Logger OUT = (Logger) LoggerFactory.getLogger(SimulationTest.class);
    private static Level level = Level.INFO;

    /** Thousands of simulated lives log more than anybody reads. */
    @BeforeAll
    static void quiet() {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        level = root.getLevel();
        root.setLevel(Boolean.getBoolean("sim.log") ? Level.DEBUG : Level.OFF);
        OUT.setLevel(Level.INFO);
    }

    @AfterAll
    static void asBefore() {
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(level);
    }

    @Test
    void aClusterWithoutFaultsServesItsClients() {
        Simulation.Result result = new Simulation(1, true, false, REAL).run();
        assertThat(result.ok()).as(report(result)).isTrue();
        assertThat(result.acknowledged()).isGreaterThan(100);
        assertThat(result.read()).isGreaterThanOrEqualTo(result.committed());
    }

    @Test
    void theSameSeedGivesTheSameRun() {
        for (long seed = 1; seed <= 3; seed++) {
            Simulation.Result first = new Simulation(seed, true, true, REAL).run();
            Simulation.Result second = new Simulation(seed, true, true, REAL).run();
            assertThat(second.trace()).isEqualTo(first.trace());
            assertThat(second.digest()).isEqualTo(first.digest());
        }
    }

    @Test
    void nothingIsLostAndEverythingMovesAgain() {
        Long only = Long.getLong("sim.seed");
        if (only != null) {
            Simulation.Result result = new Simulation(only, true, true, REAL).run();
            OUT.info(String.join("\n", result.trace()));
            OUT.info(result.describe() + ", digest " + result.digest());
            assertThat(result.ok()).as(result.describe()).isTrue();
            return;
        }
        long first = Long.getLong("sim.first", 1);
        runAll(first, Long.getLong("sim.seeds", 10), seed -> new Simulation(seed, false, true, REAL).run());
    }

    @ParameterizedTest
    @CsvSource({
        "11261, a broker led again as its former life had because metadata from before its registration said so",
        "11140, a report of replicas was lost while the controller started over after an unknown outcome"
    })
    void seedsThatFoundBugsPass(long seed, String bug) {
        Simulation.Result result = new Simulation(seed, false, true, REAL).run();
        assertThat(result.ok()).as(bug + ": " + result.describe()).isTrue();
    }

    @Test
    void anAcknowledgementBeforeTheIsrHasItIsFound() {
        assertFound(PlantedBugs.AckBeforeIsr::new, 5);
    }

    @Test
    void aSkippedTruncationIsFound() {
        assertFound(PlantedBugs.SkippedTruncation::new, 50);
    }

    @Test
    void aFollowerThatHeedsAPastLeaderIsFound() {
        assertFound(PlantedBugs.StaleLeaderEpoch::new, 50);
    }

    @Test
    void aWatermarkThatCountsAnyFollowerIsFound() {
        assertFound(PlantedBugs.WatermarkOfAnyFollower::new, 5);
    }

    @Test
    void aTruncationToTheWatermarkIsFound() {
        assertFound(PlantedBugs.TruncationToTheWatermark::new, 20);
    }

    @Test
    void anEpochTakenForAnotherIsFound() {
        assertFound(PlantedBugs.EpochTakenForAnother::new, 100);
    }

    @Test
    void unfencedFollowersAreFound() {
        assertFound(PlantedBugs.UnfencedFollowers::new, 100);
    }

    @Test
    void aForgottenUncleanStopIsFound() {
        assertFound(PlantedBugs.UncleanStopForgotten::new, 50);
    }

    @Test
    void aStaleBrokerEpochIsFound() {
        assertFound(PlantedBugs.StaleBrokerEpoch::new, 100);
    }

    /** Something that must never happen does, with the bug in. Not counted: that the cluster stands still. */
    private static void assertFound(Supplier<Parts> bug, long seeds) {
        for (long seed = 1; seed <= seeds; seed++) {
            Simulation.Result result = new Simulation(seed, false, true, bug.get()).run();
            if (result.violations().stream().allMatch(what -> what.startsWith(Simulation.TOO_SLOW))) continue;
            OUT.info("found with seed " + seed + " after " + result.events() + " events: "
                    + result.violations().get(0));
            return;
        }
        fail("not found with " + seeds + " seeds");
    }

    private static void runAll(long first, long count, LongFunction<Simulation.Result> run) {
        long events = 0;
        long nanos = 0;
        long acknowledged = 0;
        int excused = 0;
        int failed = 0;
        StringBuilder failures = new StringBuilder();
        for (long seed = first; seed < first + count; seed++) {
            Simulation.Result result = run.apply(seed);
            events += result.events();
            nanos += result.virtualNanos();
            acknowledged += result.acknowledged();
            excused += result.excused();
            if (result.ok()) continue;
            failed++;
            OUT.info(report(result));
            failures.append("\n-Dsim.seed=")
                    .append(seed)
                    .append(": ")
                    .append(result.violations().get(0));
        }
        OUT.info(count + " seeds, " + events + " events, " + nanos / (3600.0 * World.SECONDS) + " virtual hours, "
                + acknowledged + " records acknowledged, " + excused + " partitions excused, " + failed + " failed");
        assertThat(failures.toString()).isEmpty();
    }

    private static String report(Simulation.Result result) {
        return String.join("\n", result.trace()) + "\n" + result.describe();
    }
}
