package dev.curia.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFileTest {
    @Test
    void theEnvironmentWinsOverTheFileAndTheCommandLineOverBoth(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(
                directory.resolve("node.properties"), "node.id=1\nbroker.rack=file\nnum.partitions=3\n");
        Map<String, String> environment = Map.of("CURIA_BROKER_RACK", "environment", "CURIA_NUM_PARTITIONS", "4");

        assertThat(ConfigFile.read(file, environment, Map.of("num.partitions", "5")))
                .isEqualTo(Map.of("node.id", "1", "broker.rack", "environment", "num.partitions", "5"));
        assertThat(ConfigFile.read(null, environment, Map.of()))
                .isEqualTo(Map.of("broker.rack", "environment", "num.partitions", "4"));
    }
}
