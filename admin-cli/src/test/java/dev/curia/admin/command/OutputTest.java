package dev.curia.admin.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.time.SystemClock;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How results are shown, whatever they are; and where a command takes its defaults from. */
class OutputTest {
    private final FakeCluster cluster = new FakeCluster();

    @TempDir
    Path home;

    @AfterEach
    void close() {
        cluster.close();
    }

    /** What is on a terminal, or in a pipe that is closed after so many lines. */
    private String seen(boolean terminal, int lines, String... arguments) {
        ByteArrayOutputStream seen = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(new ClosesAfter(seen, lines), true, StandardCharsets.UTF_8);
        run(
                new Terminal(new ByteArrayInputStream(new byte[0]), seen, out, out, terminal, terminal),
                Map.of(),
                arguments);
        return seen.toString(StandardCharsets.UTF_8);
    }

    private int run(Terminal terminal, Map<String, String> environment, String... arguments) {
        return CuriaCommand.execute(
                new Surroundings(terminal, new SystemClock(), environment, home, Path.of("/nonexistent")), arguments);
    }

    private Run at(Map<String, String> environment, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exitCode = run(
                new Terminal(
                        new ByteArrayInputStream(new byte[0]),
                        out,
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8)),
                environment,
                arguments);
        return new Run(
                exitCode, out.toString(StandardCharsets.UTF_8), new byte[0], err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void yamlSaysWhatJsonSays() {
        cluster.addTopic("orders", 1);
        Run yaml = Run.curia("topics", "list", "--output", "yaml", "--server", cluster.controllerAddress());
        assertThat(yaml.out()).startsWith("- name: orders\n  topicId: null\n  partitions: 1\n");
        Run both = Run.curia("topics", "list", "--output", "yaml", "--json", "--server", cluster.controllerAddress());
        assertThat(both.exitCode()).isEqualTo(ExitCode.USAGE);
        Run other = Run.curia("topics", "list", "--output", "xml", "--server", cluster.controllerAddress());
        assertThat(other.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(other.err()).containsIgnoringCase("table, json, yaml");
    }

    @Test
    void coloursAreForTerminals() {
        String[] command = {"brokers", "list", "--server", cluster.controllerAddress()};
        assertThat(seen(true, 100, command))
                .contains("\u001b[1mBROKER", "\u001b[31mfenced\u001b[0m", "\u001b[32malive");
        assertThat(seen(false, 100, command)).contains("fenced").doesNotContain("\u001b");
    }

    @Test
    void aTerminalIsDrawnOverAndAPipeGetsOneAfterTheOther() {
        String[] command = {"cluster", "info", "--watch=0.1", "--server", cluster.controllerAddress()};
        String terminal = seen(true, 25, command);
        assertThat(terminal.split(Pattern.quote("\u001b[H"), -1).length)
                .as(terminal)
                .isGreaterThan(3);
        String pipe = seen(false, 25, command);
        assertThat(pipe.split("(?m)^Cluster:", -1)).as(pipe).hasSizeGreaterThanOrEqualTo(3);
        assertThat(pipe).doesNotContain("\u001b").startsWith("20");
        String yaml = seen(
                false, 40, "cluster", "info", "--watch=0.1", "--output=yaml", "--server", cluster.controllerAddress());
        assertThat(yaml).startsWith("clusterId: fake\n").contains("\n---\nclusterId: fake\n");
    }

    @Test
    void watchingGoesOnThroughTroubleButDoesNotBeginWithIt() throws Exception {
        Run never = Run.curia("cluster", "info", "--watch", "--server", "127.0.0.1:1");
        assertThat(never.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        ByteArrayOutputStream seen = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(new ClosesAfter(seen, 30), true, StandardCharsets.UTF_8) {
            private boolean stopped;

            @Override
            public void flush() {
                super.flush();
                if (stopped || seen.size() == 0) return;
                stopped = true;
                try {
                    cluster.stopController();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        };
        run(
                new Terminal(new ByteArrayInputStream(new byte[0]), seen, out, out),
                Map.of(),
                "cluster",
                "info",
                "--watch=0.1",
                "--server",
                cluster.controllerAddress());
        assertThat(seen.toString(StandardCharsets.UTF_8))
                .contains("Cluster:", "no server can be reached")
                .doesNotContain("Exception");
    }

    @Test
    void whatFollowsWatchIsTheCommandsOwn() {
        cluster.addTopic("orders", 1);
        assertThat(seen(false, 5, "topics", "describe", "--watch", "orders", "--server", cluster.controllerAddress()))
                .contains("Topic:       orders");
        Run run = Run.curia("topics", "list", "--watch=0");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void aProfileSaysWhereTheClusterIs() throws Exception {
        Path profiles = Files.createDirectories(home.resolve(".config/curia"));
        String here = "server=" + cluster.controllerAddress() + "\n";
        Files.writeString(profiles.resolve("default.properties"), "server=127.0.0.1:1\n");
        Files.writeString(profiles.resolve("near.properties"), here + "output=yaml\ntimeout=5\n");
        assertThat(at(Map.of(), "cluster", "info").err()).contains("127.0.0.1:1");
        assertThat(at(Map.of(), "cluster", "info", "--profile", "near").out()).startsWith("clusterId: fake");
        assertThat(at(Map.of("CURIA_PROFILE", "near"), "cluster", "info", "--json")
                        .out())
                .contains("\"clusterId\": \"fake\"");
        assertThat(at(Map.of("CURIA_PROFILE", "near", "CURIA_SERVER", "127.0.0.1:2"), "cluster", "info")
                        .err())
                .as("the variable is nearer")
                .contains("127.0.0.1:2");
        Path file = Files.writeString(home.resolve("my.conf"), here);
        assertThat(at(Map.of(), "--config", file.toString(), "cluster", "info").out())
                .contains("Cluster:           fake");
        assertThat(at(Map.of(), "cluster", "info", "--command-config", file.toString())
                        .out())
                .contains("Cluster:           fake");
    }

    @Test
    void aWrongProfileIsNamed() throws Exception {
        Path profiles = Files.createDirectories(home.resolve(".config/curia"));
        Files.writeString(profiles.resolve("a.properties"), "sever=x:1\n");
        Run unknown = at(Map.of(), "cluster", "info", "--profile", "b");
        assertThat(unknown.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(unknown.err()).contains("There is no profile 'b'", "expected one of a");
        assertThat(at(Map.of(), "cluster", "info", "--profile", "a").err())
                .contains("Unknown setting sever in", "a.properties", "expected server, timeout, output");
        Files.writeString(profiles.resolve("a.properties"), "output=xml\n");
        assertThat(at(Map.of(), "cluster", "info", "--profile", "a").err())
                .contains("'xml' for output", "table, json, yaml");
        assertThat(at(Map.of(), "cluster", "info", "--command-config", "/nonexistent/f")
                        .err())
                .contains("There is no file /nonexistent/f");
        assertThat(at(Map.of(), "cluster", "info", "--profile", "../a").err()).contains("There is no profile '../a'");
    }
}
