package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A server that cannot start says what is wrong, with what, and what was expected; and it ends, with an exit code. */
class BadStartTest {
    private static final int CANNOT_START = 1;
    private static final int USAGE = 2;

    /** Somebody who is there already, with a port and a directory of its own. */
    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.standalone();

    @TempDir
    Path directory;

    private final Ports ports = new Ports();

    @Test
    void anUnknownSettingIsNamedWithItsNearestKin() {
        assertEnds(standalone("broker.raack=x"), USAGE, "broker.raack", "broker.rack");
    }

    @Test
    void aValueOfTheWrongKindIsNamedWithWhatIsAccepted() {
        assertEnds(standalone("num.partitions=many"), USAGE, "num.partitions", "many");
        assertEnds(standalone("num.partitions=0"), USAGE, "num.partitions", "0");
        assertEnds(standalone("listeners=nonsense"), USAGE, "listeners", "nonsense");
    }

    @Test
    void aMissingOrBrokenConfigurationFileIsNamed() throws Exception {
        Path missing = directory.resolve("missing.properties");
        assertEnds(run("server", "--config", missing.toString()), USAGE, missing.toString());
        Path incomplete = Files.writeString(directory.resolve("incomplete.properties"), "process.roles=broker\n");
        assertEnds(run("server", "--config", incomplete.toString()), USAGE, "node.id");
    }

    @Test
    void aPortInUseIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + taken.getLocalPort();
            assertEnds(standalone("listeners=PLAINTEXT://" + address), CANNOT_START, address, "listeners");
            assertEnds(standalone("http.listener=" + address), CANNOT_START, address, "http.listener");
            assertEnds(standalone("rpc.listener=" + address), CANNOT_START, address, "rpc.listener");
        }
    }

    @Test
    void aDirectoryInUseByAnotherProcessIsNamed() {
        String used = CLUSTER.directory().toString();
        assertEnds(run(arguments(used, List.of())), CANNOT_START, used, "another process");
        Clients.of(CLUSTER).send("still-there", "value");
    }

    @Test
    void aDirectoryOfAnotherClusterIsNamed() {
        try (LocalCluster other = LocalCluster.standalone().startAs("BadStartTest-other")) {
            other.node().terminate();
            String theirs = other.directory().toString();
            assertEnds(run(arguments(theirs, List.of("cluster.id=mine"))), CANNOT_START, theirs, "standalone", "mine");
            other.node().startAndAwaitReady();
        }
    }

    @Test
    void aQuorumNodeWithAnEmptyDiskDoesNotFormatItByItself() {
        Path file = directory.resolve("quorum.properties");
        Path disk = directory.resolve("quorum");
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("process.roles", "quorum");
        settings.put("node.id", "101");
        settings.put("cluster.id", "empty");
        settings.put("quorum.voters", "101@127.0.0.1:" + ports.free() + ":" + ports.free());
        settings.put("quorum.data.dir", disk.toString());
        settings.put("http.listener", "127.0.0.1:" + ports.free());
        LocalCluster.writeProperties(file, settings);

        assertEnds(run("server", "--config", file.toString()), CANNOT_START, disk.toString(), "--format");
    }

    /** A standalone node with free ports and an empty directory, but for these settings. */
    private Command.Result standalone(String... settings) {
        return run(arguments(directory.resolve("data").toString(), List.of(settings)));
    }

    private String[] arguments(String dataDirectory, List<String> settings) {
        List<String> line = new ArrayList<>(List.of("standalone", "--data-dir", dataDirectory));
        List<String> all = new ArrayList<>(List.of(
                "listeners=PLAINTEXT://127.0.0.1:" + ports.free(),
                "rpc.listener=127.0.0.1:" + ports.free(),
                "http.listener=127.0.0.1:" + ports.free(),
                "quorum.voters=1@127.0.0.1:" + ports.free() + ":" + ports.free()));
        settings.forEach(setting -> {
            String key = setting.substring(0, setting.indexOf('=') + 1);
            all.removeIf(other -> other.startsWith(key));
            all.add(setting);
        });
        all.forEach(setting -> line.addAll(List.of("--set", setting)));
        return line.toArray(String[]::new);
    }

    private static Command.Result run(String... arguments) {
        return Command.of(Distribution.find().command(List.of(arguments)))
                .environment(Map.of("CURIA_HEAP_OPTS", "-Xmx256m"))
                .within(Duration.ofSeconds(60))
                .run();
    }

    private static void assertEnds(Command.Result result, int exitCode, String... saying) {
        assertThat(result.exitCode()).as(result.toString()).isEqualTo(exitCode);
        assertThat(result.err()).as("stderr").contains(saying).doesNotContain("\tat ");
    }
}
