package dev.curia.admin.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import dev.curia.proto.data.v1.Record;
import dev.curia.proto.group.v1.GroupOffset;
import dev.curia.proto.group.v1.KeptReset;
import dev.curia.proto.group.v1.ResetOffsetsRequest;
import dev.curia.proto.group.v1.ResetOffsetsRequest.Target;
import dev.curia.proto.group.v1.ResetOffsetsResponse.Change;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code curia groups}, against two brokers of which the second coordinates all groups. */
class GroupCommandsTest {
    private final FakeCluster cluster = new FakeCluster();

    @BeforeEach
    void topics() {
        cluster.addTopic("orders", 2);
        for (int i = 0; i < 10; i++) {
            cluster.log("orders", 0).add(Record.newBuilder().setOffset(i).build());
            if (i < 4)
                cluster.log("orders", 1).add(Record.newBuilder().setOffset(i).build());
        }
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private Run groups(String... arguments) {
        String[] all = new String[arguments.length + 3];
        all[0] = "groups";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        all[arguments.length + 1] = "--server";
        all[arguments.length + 2] = cluster.controllerAddress();
        return Run.curia(all);
    }

    private void committed(String topic, int partition, long offset) {
        cluster.groups.offsets.add(GroupOffset.newBuilder()
                .setTopic(topic)
                .setPartition(partition)
                .setOffset(offset)
                .build());
    }

    private static Target target(int partition, long offset) {
        return Target.newBuilder()
                .setTopic("orders")
                .setPartition(partition)
                .setOffset(offset)
                .build();
    }

    private ResetOffsetsRequest asked(String... arguments) {
        Run run = groups(arguments);
        assertThat(run.exitCode()).as(run.err()).isZero();
        List<ResetOffsetsRequest> requests = cluster.groups.resets;
        return requests.get(requests.size() - 1);
    }

    @Test
    void aGroupIsListedAndDescribedWithItsLag() {
        committed("orders", 1, 4);
        committed("orders", 0, 3);
        committed("gone", 0, 3);
        cluster.groups.kept.add(KeptReset.newBuilder()
                .setNumber(2)
                .setAtMs(1_700_000_000_000L)
                .setHow("to earliest")
                .setPartitions(2)
                .build());
        assertThat(groups("list").out().lines())
                .containsExactly(
                        "GROUP    STATE  TYPE     PROTOCOL  COORDINATOR", "billing  Empty  classic  consumer  0");
        assertThat(groups("list", "--state", "stable").out()).isEqualTo("There are no groups in such a state.\n");
        assertThat(groups("describe", "billing").out().lines())
                .containsExactly(
                        "Group:     billing",
                        "State:     Empty",
                        "Type:      classic",
                        "Lag:       7, 2h behind",
                        "",
                        "TOPIC   PARTITION  COMMITTED  END  LAG  BEHIND  LEFT  MEMBER",
                        "gone    0                  3    -    -       -     -  -",
                        "orders  0                  3   10    7      2h    3d  -",
                        "orders  1                  4    4    0      0s     -  -",
                        "",
                        "RESET  AT                    PARTITIONS  HOW",
                        "2      2023-11-14T22:13:20Z  2           to earliest");
        assertThat(groups("describe", "billing", "--json").out())
                .contains("\"lag\": 7", "\"retentionLeftSeconds\": 259200.0")
                .containsPattern("\"lagSeconds\": 7[45]\\d\\d\\.");
    }

    @Test
    void recordsThatWereDroppedUnreadAreSeen() {
        committed("orders", 0, 0);
        assertThat(groups("describe", "billing").out()).containsPattern("orders +0 +0 +10 +10 +2h +gone");
        assertThat(groups("describe", "billing", "--json").out()).contains("\"lostUnread\": true");
    }

    @Test
    void whereToIsReckonedFromTheLogs() {
        committed("orders", 0, 3);
        committed("orders", 1, 4);
        assertThat(asked("reset", "billing", "--to-earliest").getTargetsList())
                .containsExactly(target(0, 0), target(1, 0));
        assertThat(asked("reset", "billing", "--to-latest").getTargetsList())
                .containsExactly(target(0, 10), target(1, 4));
        assertThat(asked("reset", "billing", "--to-offset", "7").getTargetsList())
                .as("not beyond the end")
                .containsExactly(target(0, 7), target(1, 4));
        assertThat(asked("reset", "billing", "--shift-by", "-2").getTargetsList())
                .containsExactly(target(0, 1), target(1, 2));
        assertThat(asked("reset", "billing", "--shift-by", "-2").getHow()).isEqualTo("by -2");
        assertThat(asked("reset", "billing", "--shift-by", "-9", "--topic", "orders:1")
                        .getTargetsList())
                .as("not before the first")
                .containsExactly(target(1, 0));
        assertThat(asked("reset", "other", "--to-earliest", "--topic", "orders:1", "--topic", "orders:0")
                        .getTargetsList())
                .containsExactly(target(0, 0), target(1, 0));
        assertThat(asked("reset", "billing", "--to-datetime", "2026-05-01T10:00:00Z")
                        .getHow())
                .isEqualTo("to 2026-05-01T10:00:00Z");
        assertThat(asked("reset", "billing", "--by-duration", "2h").getTargetsCount())
                .isEqualTo(2);
    }

    @Test
    void dryRunsSayWhatWouldChange() {
        committed("orders", 0, 3);
        cluster.groups.changes.add(
                Change.newBuilder().setTopic("orders").setFrom(3).setTo(0).build());
        Run run = groups("reset", "billing", "--to-earliest", "--dry-run");
        assertThat(cluster.groups.resets.get(0).getValidateOnly()).isTrue();
        assertThat(run.out().lines())
                .containsExactly(
                        "Would set the offsets of group billing:",
                        "TOPIC   PARTITION  FROM  TO  BY",
                        "orders  0             3   0  -3");
        assertThat(groups("undo", "billing", "--dry-run").out())
                .startsWith("Would take back reset 5 of 1970-01-01T00:00:00.009Z (to earliest):\n");
        assertThat(cluster.groups.undone).isEmpty();
        assertThat(groups("undo", "billing").out()).startsWith("Took back reset 5");
        assertThat(cluster.groups.undone).as("just the one that it saw").containsExactly(5L);
        assertThat(groups("reset", "billing", "--to-earliest").out())
                .startsWith("Set the offsets of group billing (reset 5; 'curia groups undo billing' takes it back):\n");
    }

    @Test
    void refusalsSayWhatToDo() {
        committed("orders", 0, 3);
        cluster.groups.next(ErrorCode.NON_EMPTY_GROUP);
        Run inUse = groups("reset", "billing", "--to-earliest", "--topic", "orders");
        assertThat(inUse.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(inUse.err())
                .contains("cannot reset the offsets of group billing: somebody is in it", "stop them first");
        cluster.groups.next(ErrorCode.GROUP_ID_NOT_FOUND);
        Run none = groups("delete", "nobody", "billing");
        assertThat(none.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(none.err()).contains("cannot delete group nobody: there is no such group");
        assertThat(none.out()).as("the other one goes").isEqualTo("Deleted group billing.\n");
        assertThat(groups("reset", "billing", "--to-earliest", "--topic", "nowhere")
                        .err())
                .contains("no such topic");
        assertThat(groups("reset", "billing", "--to-earliest", "--topic", "orders:7")
                        .err())
                .contains("has no partition 7");
        assertThat(groups("reset", "billing", "--shift-by", "1", "--topic", "orders:1")
                        .err())
                .contains("it has none there");
        cluster.groups.offsets.clear();
        assertThat(groups("reset", "billing", "--to-earliest").err()).contains("it has none. Name topics");
    }

    @Test
    void aCoordinatorThatLoadsIsWaitedFor() {
        cluster.groups.next(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
        cluster.groups.next(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        assertThat(groups("describe", "billing").exitCode()).isZero();
        cluster.groups.next(ErrorCode.REQUEST_TIMED_OUT);
        Run lost = groups("delete", "billing");
        assertThat(lost.exitCode()).isEqualTo(ExitCode.OUTCOME_UNKNOWN);
        assertThat(lost.err()).contains("cannot tell whether this was done: delete group billing");
    }

    @Test
    void wrongUsageSaysWhatIsExpected() {
        assertThat(groups("reset", "g").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(groups("reset", "g", "--to-earliest", "--to-latest").exitCode())
                .isEqualTo(ExitCode.USAGE);
        assertThat(groups("reset", "g", "--to-offset", "-1").err()).contains("expected 0 or more");
        assertThat(groups("reset", "g", "--to-datetime", "monday").err()).contains("expected a time such as");
        assertThat(groups("reset", "g", "--by-duration", "soon").err()).contains("expected a duration such as");
        assertThat(groups("reset", "g", "--to-latest", "--topic", "t:x").err()).contains("expected TOPIC, or TOPIC:P");
        assertThat(groups().err()).contains("list, describe, reset, undo, delete");
    }

    @Test
    void statusesOfOtherKindsAreShown() {
        cluster.groups.next(Status.newBuilder()
                .setCode(ErrorCode.UNSTABLE_OFFSET_COMMIT)
                .setMessage("a transaction is open")
                .build());
        assertThat(groups("undo", "billing").err()).contains("a transaction is open (UNSTABLE_OFFSET_COMMIT)");
    }
}
