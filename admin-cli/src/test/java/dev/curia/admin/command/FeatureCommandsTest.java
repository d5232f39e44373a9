package dev.curia.admin.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FeatureCommandsTest {
    private final FakeCluster cluster = new FakeCluster();

    @AfterEach
    void close() {
        cluster.close();
    }

    private Run curia(String... arguments) {
        return Run.curia(Stream.concat(Stream.of(arguments), Stream.of("--server", cluster.controllerAddress()))
                .toArray(String[]::new));
    }

    @Test
    void levelsAreListedWithWhoIsInTheWayOfTheNewest() {
        assertThat(curia("features", "list").out().lines())
                .containsExactly(
                        "FEATURE           LEVEL  NEWEST  BROKERS THAT CANNOT", "metadata.version  1      3       1");
        assertThat(curia("features", "list", "--json").out())
                .contains(
                        "\"feature\": \"metadata.version\"",
                        "\"level\": 1",
                        "\"newest\": 3",
                        "\"brokersThatCannot\": [1]");
    }

    @Test
    void higherLevelsAreFinalizedAndLowerOnesAgain() {
        assertThat(curia("features", "upgrade", "metadata.version=2", "--dry-run")
                        .out())
                .isEqualTo("Could finalize metadata.version at level 2.\n");
        assertThat(cluster.features.levels).containsEntry(FakeFeatures.NAME, 1);
        assertThat(curia("features", "upgrade", "metadata.version=2").out())
                .isEqualTo("Finalized metadata.version at level 2.\n");
        assertThat(cluster.features.levels).containsEntry(FakeFeatures.NAME, 2);
        assertThat(curia("features", "downgrade", "metadata.version=1", "--json")
                        .out())
                .contains("\"feature\": \"metadata.version\"", "\"level\": 1", "\"finalized\": true");
        assertThat(cluster.features.levels).containsEntry(FakeFeatures.NAME, 1);
    }

    @Test
    void whatTheClusterRefusesIsSaid() {
        Run refused = curia("features", "upgrade", "metadata.version=3");
        assertThat(refused.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(refused.err())
                .isEqualTo("curia: cannot finalize metadata.version at level 3: Broker 1 does not support it."
                        + " (INVALID_UPDATE_VERSION)\n");
        assertThat(curia("features", "upgrade", "metadata.version").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(curia("features", "upgrade", "metadata.version=x").exitCode())
                .isEqualTo(ExitCode.USAGE);
    }
}
