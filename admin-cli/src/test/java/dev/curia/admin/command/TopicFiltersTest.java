package dev.curia.admin.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.proto.admin.v1.PartitionDescription;
import dev.curia.proto.admin.v1.TopicDescription;
import dev.curia.proto.admin.v1.TopicSummary;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is wrong with topics is found among what is not. */
class TopicFiltersTest {
    private final FakeCluster cluster = new FakeCluster();

    @BeforeEach
    void topics() {
        TopicSummary.Builder fine = TopicSummary.newBuilder().setPartitions(4).setReplicationFactor(3);
        cluster.listed.add(fine.setName("fine").build());
        cluster.listed.add(fine.setName("own").setOverrides(1).build());
        cluster.listed.add(fine.setName("bad")
                .setOverrides(0)
                .setUnderReplicated(3)
                .setUnderMinIsr(2)
                .setAtMinIsr(1)
                .setOffline(1)
                .build());
        cluster.described.add(TopicDescription.newBuilder()
                .setName("bad")
                .setMinInsyncReplicas(2)
                .addPartitions(partition(0, 1, List.of(1, 2, 3)))
                .addPartitions(partition(1, 1, List.of(1, 2)))
                .addPartitions(partition(2, 1, List.of(1)))
                .addPartitions(partition(3, -1, List.of(1)))
                .build());
    }

    private static PartitionDescription partition(int number, int leader, List<Integer> isr) {
        return PartitionDescription.newBuilder()
                .setPartition(number)
                .setLeader(leader)
                .addAllReplicas(List.of(1, 2, 3))
                .addAllIsr(isr)
                .build();
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private String topics(String command, String... options) {
        String[] all = new String[options.length + 4];
        System.arraycopy(new String[] {"topics", command, "--server", cluster.controllerAddress()}, 0, all, 0, 4);
        System.arraycopy(options, 0, all, 4, options.length);
        Run run = Run.curia(all);
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run.out();
    }

    private List<String> names(String... options) {
        return topics("list", options)
                .lines()
                .skip(1)
                .map(line -> line.substring(0, line.indexOf(' ')))
                .toList();
    }

    private List<String> partitions(String... options) {
        return topics("describe", options).lines().skip(1).toList();
    }

    @Test
    void topicsWithSuchPartitionsAreListed() {
        assertThat(names()).containsExactly("fine", "own", "bad");
        assertThat(names("--under-replicated")).containsExactly("bad");
        assertThat(names("--unavailable-partitions")).containsExactly("bad");
        assertThat(names("--under-min-isr")).containsExactly("bad");
        assertThat(names("--at-min-isr-partitions")).containsExactly("bad");
        assertThat(names("--with-overrides")).containsExactly("own");
        assertThat(topics("list", "--with-overrides", "--unavailable")).isEqualTo("There are no such topics.\n");
    }

    @Test
    void onlySuchPartitionsAreDescribed() {
        assertThat(partitions("--unavailable"))
                .containsExactly("bad    3          none    1,2,3     1        2        offline");
        assertThat(partitions("--under-min-isr"))
                .containsExactly(
                        "bad    2          1       1,2,3     1        2        under-min-isr",
                        "bad    3          none    1,2,3     1        2        offline");
        assertThat(partitions("--at-min-isr"))
                .containsExactly("bad    1          1       1,2,3     1,2      2        under-replicated");
        assertThat(partitions("--at-min-isr", "--unavailable"))
                .as("any of them")
                .hasSize(2);
        assertThat(topics("describe", "bad", "--under-replicated", "--json"))
                .contains("\"partition\": 1", "\"partition\": 2", "\"partition\": 3")
                .doesNotContain("\"partition\": 0");
    }

    @Test
    void moreThanThereAreIsNotWanted() {
        PartitionDescription single = PartitionDescription.newBuilder()
                .setLeader(1)
                .addReplicas(1)
                .addIsr(1)
                .build();
        assertThat(PartitionState.of(single, 2)).isEqualTo("ok");
        assertThat(PartitionState.of(
                        single.toBuilder().addReplicas(2).addAdding(2).build(), 1))
                .isEqualTo("moving");
    }
}
