package dev.curia.sim;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * As many seeds as {@code -Dsim.seeds} says, from {@code -Dsim.first} on; or with {@code -Dsim.seed} one, of which all that happened is printed,
 * with {@code -Dsim.log=true} the nodes' own logs as well. {@code build/simulate.sh} runs it and shows what it printed.
 */
@Tag("simulation")
class ManySeedsTest {
    @BeforeAll
    static void quiet() {
        Seeds.quiet();
    }

    @AfterAll
    static void asBefore() {
        Seeds.asBefore();
    }

    @Test
    void nothingIsLostAndEverythingMovesAgain() {
        Long only = Long.getLong("sim.seed");
        if (only != null) Seeds.show(only);
        else Seeds.run(Long.getLong("sim.first", 1), Long.getLong("sim.seeds", 1_000));
    }
}
