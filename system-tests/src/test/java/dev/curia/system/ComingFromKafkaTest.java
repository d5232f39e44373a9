package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.admin.command.CuriaCommand;
import dev.curia.admin.command.Surroundings;
import dev.curia.admin.command.Terminal;
import dev.curia.common.time.SystemClock;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Runs every command of docs/coming-from-kafka.md, in its order: they follow from each other. In this process, to be short. */
class ComingFromKafkaTest {
    private static final int REFUSED = 1;
    private static final int NO = 5;

    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.standalone();

    /** In the second column of a table. */
    private static final Pattern COMMAND = Pattern.compile("(?m)^\\|.*\\| `curia ([^`]+)` \\|$");

    /** Those about what a single node does not have, by how they begin; and how they may end. */
    private static final Map<String, Set<Integer>> OTHERWISE = Map.of(
            "transactions describe ID", Set.of(REFUSED),
            "transactions abort", Set.of(REFUSED),
            "brokers unregister", Set.of(REFUSED),
            "partitions reassign", Set.of(0, REFUSED),
            "log-dirs move", Set.of(REFUSED),
            "brokers safe-to-stop", Set.of(NO),
            "doctor", Set.of(0, NO));

    @Test
    void everyCommandDoesWhatThePageSays() throws IOException {
        Matcher found =
                COMMAND.matcher(Files.readString(Distribution.find().sources().resolve("docs/coming-from-kafka.md")));
        List<String> wrong = new ArrayList<>();
        int commands = 0;
        while (found.find()) {
            commands++;
            String line = found.group(1);
            ByteArrayOutputStream said = new ByteArrayOutputStream();
            int exitCode = run(line, said);
            Set<Integer> expected = OTHERWISE.entrySet().stream()
                    .filter(entry -> line.startsWith(entry.getKey()))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElse(Set.of(0));
            if (!expected.contains(exitCode))
                wrong.add(
                        "curia " + line + "\n  ended with " + exitCode + ": " + said.toString(StandardCharsets.UTF_8));
        }
        assertThat(wrong).isEmpty();
        assertThat(commands).isGreaterThan(50);
    }

    private static int run(String line, ByteArrayOutputStream said) {
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        Terminal terminal =
                new Terminal(new ByteArrayInputStream(Text.bytes("key:value\nother:value\n")), said, out, out);
        return CuriaCommand.execute(
                new Surroundings(
                        terminal,
                        new SystemClock(),
                        Map.of("CURIA_SERVER", String.join(",", CLUSTER.adminServers())),
                        Path.of("/nonexistent"),
                        Path.of("/")),
                line.split(" "));
    }
}
