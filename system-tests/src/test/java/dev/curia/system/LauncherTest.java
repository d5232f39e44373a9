package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code bin/curia} makes of its environment, told by a Java that only shows how it was called. */
class LauncherTest {
    @TempDir
    Path java;

    @BeforeEach
    void aJavaThatShowsItsCommandLine() throws IOException {
        Files.createDirectory(java.resolve("bin"));
        Files.writeString(java.resolve("release"), "JAVA_VERSION=\"17.0.1\"\n");
        Path program = Files.writeString(java.resolve("bin/java"), "#!/bin/sh\necho \"$@\"\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void aServerTakesItsHeapAndCollectorFromKafkasVariables() {
        assertThat(server(Map.of())).contains("-Xmx512m", "-XX:+UseParallelGC", "dev.curia.broker.Main server");
        assertThat(server(Map.of("KAFKA_HEAP_OPTS", "-Xms3g -Xmx3g", "KAFKA_JVM_PERFORMANCE_OPTS", "-XX:+UseZGC")))
                .contains("-Xms3g -Xmx3g", "-XX:+UseZGC")
                .doesNotContain("-Xmx512m", "Parallel");
    }

    @Test
    void curiasOwnVariablesWinOverKafkas() {
        assertThat(server(Map.of(
                        "KAFKA_HEAP_OPTS", "-Xmx3g",
                        "CURIA_HEAP_OPTS", "-Xmx4g",
                        "KAFKA_JVM_PERFORMANCE_OPTS", "-XX:+UseZGC",
                        "CURIA_JVM_OPTS", "-XX:+UseG1GC",
                        "CURIA_OPTS", "-Dmore=1")))
                .contains("-Xmx4g", "-XX:+UseG1GC", "-Dmore=1")
                .doesNotContain("-Xmx3g", "UseZGC", "Parallel");
    }

    private String server(Map<String, String> environment) {
        Map<String, String> all = new HashMap<>(environment);
        all.put("JAVA_HOME", java.toString());
        return Command.of(Distribution.find().home().resolve("bin/curia").toString(), "server")
                .environment(all)
                .run()
                .orFail()
                .text();
    }
}
