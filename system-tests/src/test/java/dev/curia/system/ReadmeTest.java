package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A shell is given what README.md shows, block by block. Only ports and directories are others: several may run on a machine. */
class ReadmeTest {
    private static final Pattern SHELL = Pattern.compile("(?ms)^```sh\n(.*?)^```$");
    private static final int FIRST_PORT = 31_700;

    private final Distribution distribution = Distribution.find();
    private final Path directory = distribution.workspace().resolve("nodes/ReadmeTest-shell");
    private final Map<String, String> local = Map.of(
            "CURIA_BUILD", "never",
            "CURIA_LOCAL_DIR", directory.resolve("cluster").toString(),
            "CURIA_LOCAL_PORT", Integer.toString(FIRST_PORT));

    @AfterEach
    void nothingStays() throws IOException {
        if (Files.exists(directory.resolve("cluster"))) shell("deploy/local/cluster.sh down", local);
        LocalCluster.deleteTree(directory);
    }

    @Test
    void theFirstFiveMinutesGoAsTheyAreTold() throws IOException {
        Needs.installed("kcat");
        try (LocalCluster cluster = LocalCluster.standalone().startAs("ReadmeTest")) {
            Map<String, String> environment = Map.of("CURIA_SERVER", String.join(",", cluster.adminServers()));
            assertThat(shell(block("topics create lines"), environment)).contains("identical");
            assertThat(shell(
                            block("kcat -b")
                                    .replace("localhost:9092", cluster.bootstrapServers())
                                    .replaceAll("(?m) *# as a group; Ctrl-C ends it$", " -e"),
                            environment))
                    .contains("hello");
            assertThat(shell(
                            block("brokers list")
                                    .replace(
                                            "localhost:9096",
                                            "127.0.0.1:" + cluster.node().httpPort()),
                            environment))
                    .contains("Leader:", "curia_");
            cluster.node().terminate();
            assertThat(shell(
                            block("log verify")
                                    .replace(
                                            ".curia/standalone/logs",
                                            cluster.logDirectory(LocalCluster.STANDALONE)
                                                    .toString()),
                            environment))
                    .contains("stopped cleanly", "Nothing is wrong.");
        }
    }

    @Test
    @Tag("slow")
    @Tag("long")
    @Timeout(value = 8, unit = TimeUnit.MINUTES)
    void theClusterOnThisMachineGoesAsItIsTold() throws IOException {
        String block = block("cluster.sh up").replace("localhost:19012", "localhost:" + (FIRST_PORT + 12));
        assertThat(shell(block, local)).contains("killed node 1", "are restarted", "nothing left");
    }

    /** The one that has this. */
    private String block(String has) throws IOException {
        Matcher blocks = SHELL.matcher(Files.readString(distribution.sources().resolve("README.md")));
        List<String> found = new ArrayList<>();
        while (blocks.find()) if (blocks.group(1).contains(has)) found.add(blocks.group(1));
        assertThat(found).as("blocks with " + has).hasSize(1);
        return found.get(0);
    }

    /** What it prints; in a directory that looks like a clone. */
    private String shell(String script, Map<String, String> environment) throws IOException {
        Files.createDirectories(directory);
        link("curia", distribution.home().resolve("bin/curia"));
        link("deploy", distribution.sources().resolve("deploy"));
        link("README.md", distribution.sources().resolve("README.md"));
        return Command.of("sh", "-ec", "cd \"$1\"\n" + script, "sh", directory.toString())
                .environment(environment)
                .within(Duration.ofMinutes(7))
                .run()
                .orFail()
                .text();
    }

    private void link(String name, Path to) throws IOException {
        if (!Files.exists(directory.resolve(name))) Files.createSymbolicLink(directory.resolve(name), to);
    }
}
