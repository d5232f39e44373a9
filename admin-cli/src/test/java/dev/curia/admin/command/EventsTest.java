package dev.curia.admin.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.time.SystemClock;
import dev.curia.proto.admin.v1.ListEventsRequest;
import dev.curia.proto.events.v1.CauseKind;
import dev.curia.proto.events.v1.Event;
import dev.curia.proto.events.v1.EventKind;
import dev.curia.proto.events.v1.GroupRebalance;
import dev.curia.proto.events.v1.OffsetRange;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventsTest {
    private final FakeCluster cluster = new FakeCluster();

    @AfterEach
    void close() {
        cluster.close();
    }

    private Run events(String... arguments) {
        String[] all = new String[arguments.length + 3];
        all[0] = "events";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        all[arguments.length + 1] = "--server";
        all[arguments.length + 2] = cluster.controllerAddress();
        return Run.curia(all);
    }

    private void shrunk(int index) {
        cluster.events.add(Event.newBuilder()
                .setIndex(index)
                .setAtMs(1_700_000_000_000L)
                .setKind(EventKind.ISR_SHRUNK)
                .setCause(CauseKind.FOLLOWER_SILENT)
                .setText("broker 3 acknowledges nothing since 10000 ms")
                .setTopic("orders")
                .setPartition(7)
                .addBrokers(3)
                .setLeader(1)
                .setLeaderEpoch(4)
                .addAllIsr(List.of(1, 2))
                .setToldBy(-1)
                .build());
    }

    @Test
    void eventsAreShownAsLinesAndAsJson() {
        shrunk(1);
        cluster.events.add(Event.newBuilder()
                .setIndex(2)
                .setAtMs(1_700_000_000_001L)
                .setKind(EventKind.LOG_TRUNCATED)
                .setCause(CauseKind.LOGS_DIVERGED)
                .setText("parts from leader 1")
                .setTopic("orders")
                .setPartition(7)
                .setOffsets(OffsetRange.newBuilder().setFrom(10).setTo(14).setEpoch(2))
                .setToldBy(3)
                .build());
        assertThat(events().out().lines())
                .containsExactly(
                        "2023-11-14T22:13:20Z  ISR_SHRUNK        orders-7  broker 3  FOLLOWER_SILENT: broker 3 acknowledges nothing since"
                                + " 10000 ms [leader 1, epoch 4, isr 1,2]",
                        "2023-11-14T22:13:20.001Z  LOG_TRUNCATED     orders-7  LOGS_DIVERGED: parts from leader 1 (offsets 10 to 14)"
                                + " [told by broker 3]");
        assertThat(events("--json").out().lines().skip(1).findFirst().orElseThrow())
                .contains("\"kind\":\"LOG_TRUNCATED\"")
                .contains("\"cause\":\"LOGS_DIVERGED\"")
                .contains("\"toldBy\":3,\"fromOffset\":10,\"toOffset\":14,\"epoch\":2");
    }

    @Test
    void aGroupsRebalanceIsTold() {
        cluster.events.add(Event.newBuilder()
                .setIndex(9)
                .setAtMs(1_700_000_000_000L)
                .setKind(EventKind.GROUP_REBALANCED)
                .setCause(CauseKind.MEMBER_LEFT)
                .setText("member a left")
                .setGroup("billing")
                .setPartition(-1)
                .setRebalance(GroupRebalance.newBuilder()
                        .setGeneration(5)
                        .setMembers(2)
                        .setDurationMs(35))
                .setToldBy(3)
                .build());
        assertThat(events("--group", "billing").out())
                .isEqualTo("2023-11-14T22:13:20Z  GROUP_REBALANCED  group billing  MEMBER_LEFT: member a left"
                        + " (generation 5, 2 members, 35 ms) [told by broker 3]\n");
        assertThat(cluster.eventRequests.get(0).getGroup()).isEqualTo("billing");
        assertThat(events("--json").out())
                .contains("\"group\":\"billing\",\"generation\":5,\"members\":2,\"durationMs\":35");
    }

    @Test
    void filtersAreSentToTheServer() {
        long now = new SystemClock().wallMillis();
        Run run = events(
                "--topic",
                "orders",
                "-p",
                "1,2",
                "--broker",
                "3",
                "--kind",
                "isr_shrunk,LEADER_ELECTED",
                "--cause",
                "follower_silent",
                "--since",
                "2h",
                "--until",
                "2026-05-01T10:00:00Z",
                "--limit",
                "7");
        assertThat(run.exitCode()).as(run.err()).isZero();
        ListEventsRequest request = cluster.eventRequests.get(0);
        assertThat(request.getTopic()).isEqualTo("orders");
        assertThat(request.getPartitionsList()).containsExactly(1, 2);
        assertThat(request.getBrokersList()).containsExactly(3);
        assertThat(request.getKindsList()).containsExactly(EventKind.ISR_SHRUNK, EventKind.LEADER_ELECTED);
        assertThat(request.getCausesList()).containsExactly(CauseKind.FOLLOWER_SILENT);
        assertThat(request.getSinceMs()).isBetween(now - 7_200_000, now - 7_100_000);
        assertThat(request.getUntilMs()).isEqualTo(1_777_629_600_000L);
        assertThat(request.getLimit()).isEqualTo(7);
    }

    @Test
    void wrongUsageSaysWhatIsExpected() {
        assertThat(events("--since", "yesterday").err()).contains("expected a time such as");
        assertThat(events("--kind", "nope").err()).contains("ISR_SHRUNK");
        assertThat(events("--limit", "0").err()).contains("expected 1 to 1000");
        assertThat(events("--follow", "--until", "1h").err()).contains("leave out --until");
        assertThat(events("--limit", "0").exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void followGoesOnPageByPageUntilNobodyReads() {
        for (int i = 1; i <= 5; i++) shrunk(i);
        ByteArrayOutputStream seen = new ByteArrayOutputStream();
        PrintStream closes = new PrintStream(new ClosesAfter(seen, 5), true, StandardCharsets.UTF_8);
        Terminal terminal = new Terminal(new ByteArrayInputStream(new byte[0]), seen, closes, closes);
        int exit = CuriaCommand.execute(
                Run.surroundings(terminal), "events", "--follow", "--json", "--server", cluster.controllerAddress());
        assertThat(exit).isZero();
        assertThat(seen.toString(StandardCharsets.UTF_8).lines().map(line -> line.replaceAll(",\"seq.*", "")))
                .containsExactly("{\"index\":1", "{\"index\":2", "{\"index\":3", "{\"index\":4", "{\"index\":5");
    }
}
