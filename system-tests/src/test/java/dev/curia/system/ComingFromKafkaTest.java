package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
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
    static final LocalCluster CLUSTER =
            LocalCluster.standalone().with("authorizer.class.name", "standard").with("super.users", "User:ANONYMOUS");

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
            CuriaHere.Result result = CuriaHere.forCluster(CLUSTER).run(line.split(" "));
            Set<Integer> expected = OTHERWISE.entrySet().stream()
                    .filter(entry -> line.startsWith(entry.getKey()))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElse(Set.of(0));
            if (!expected.contains(result.exitCode())) wrong.add("curia " + line + "\n  " + result);
        }
        assertThat(wrong).isEmpty();
        assertThat(commands).isGreaterThan(60);
    }
}
