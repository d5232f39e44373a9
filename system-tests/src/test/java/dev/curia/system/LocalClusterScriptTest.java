package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code deploy/local/cluster.sh}: the first cluster of a newcomer. */
@Tag("slow")
class LocalClusterScriptTest {
    private final Distribution distribution = Distribution.find();
    private final Path directory = distribution.workspace().resolve("nodes/LocalClusterScriptTest");
    private final int firstPort = 31_200;

    @AfterEach
    void nothingStaysWhateverHappened() {
        script("down");
        LocalCluster.deleteTree(directory);
    }

    @Test
    @Tag("long")
    @Timeout(value = 6, unit = TimeUnit.MINUTES)
    void aClusterComesUpSurvivesAKillAndLeavesNothingBehind() {
        script("down");
        assertThat(script("up").orFail().text()).contains("ready", "127.0.0.1:" + (firstPort + 110));
        assertThat(script("status").orFail().text().lines().filter(line -> line.contains(" ready ")))
                .hasSize(6);
        Clients clients = new Clients(String.join(",", kafka(1), kafka(2), kafka(3)));
        clients.createTopic("script", 1, 3, Map.of("min.insync.replicas", "2"));
        clients.awaitInSync("script", 3);
        clients.send("script", "one");
        int leader = clients.leader(new TopicPartition("script", 0));

        assertThat(script("kill", Integer.toString(leader)).orFail().text()).contains("killed node " + leader);
        clients.send("script", "two");
        script("kill", "q1").orFail();
        clients.send("script", "three");
        assertThat(script("restart", Integer.toString(leader)).orFail().text()).contains("ready");
        script("restart", "q1").orFail();
        clients.awaitInSync("script", 3);
        assertThat(Text.values(clients.readAll("script"))).containsExactly("one", "two", "three");
        allNodesRestartUnderLoad(clients);

        List<Long> pids = pids();
        assertThat(pids).hasSize(6);
        assertThat(script("down").orFail().text()).contains("nothing left");
        assertThat(directory).doesNotExist();
        assertThat(pids).noneMatch(pid -> ProcessHandle.of(pid).isPresent());
    }

    private void allNodesRestartUnderLoad(Clients clients) {
        clients.createTopic("rolled", 4, 3, Map.of("min.insync.replicas", "2"));
        clients.awaitInSync("rolled", 3);
        List<Long> before = pids();
        try (Load load = Load.start(clients, "rolled", 4, 2)) {
            load.resetGaps();
            assertThat(script("restart", "--rolling", "--all").orFail().text())
                    .contains("quorum node 103 is back", "broker 3 is back and in sync", "all are restarted and well");
            Figures.report(
                    "all six nodes of a cluster restart in turn, longest time without an acknowledgement",
                    load.longestGap());
            History history = load.stop();
            assertThat(history.violations()).isEmpty();
            assertThat(history.acks()).hasSameSizeAs(history.sends());
        }
        assertThat(pids()).hasSize(6).doesNotContainAnyElementsOf(before);
    }

    @Test
    void wrongUseIsExplained() {
        assertThat(script("kill", "9").exitCode()).isEqualTo(1);
        assertThat(script("kill", "9").err()).contains("'9'", "1, 2, 3", "q1, q2, q3");
        assertThat(script("kill", "1").exitCode()).isEqualTo(1);
        assertThat(script("nonsense").exitCode()).isEqualTo(2);
        assertThat(script("restart", "--rolling").err()).contains("there is no cluster");
    }

    private String kafka(int broker) {
        return "127.0.0.1:" + (firstPort + 100 + broker * 10);
    }

    private List<Long> pids() {
        List<Long> pids = new ArrayList<>();
        Matcher matcher =
                Pattern.compile(" pid (\\d+)").matcher(script("status").text());
        while (matcher.find()) pids.add(Long.parseLong(matcher.group(1)));
        return pids;
    }

    private Command.Result script(String... arguments) {
        List<String> line = new ArrayList<>(List.of(
                distribution.sources().resolve("deploy/local/cluster.sh").toString()));
        line.addAll(List.of(arguments));
        Map<String, String> environment = new HashMap<>();
        environment.put("CURIA_LOCAL_DIR", directory.toString());
        environment.put("CURIA_LOCAL_PORT", Integer.toString(firstPort));
        environment.put("CURIA_LOCAL_WAIT", "90");
        environment.put("CURIA_BUILD", "never");
        return Command.of(line)
                .environment(environment)
                .within(Duration.ofMinutes(4))
                .run();
    }
}
