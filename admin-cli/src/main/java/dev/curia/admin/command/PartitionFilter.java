package dev.curia.admin.command;

import dev.curia.proto.admin.v1.PartitionDescription;
import dev.curia.proto.admin.v1.TopicDescription;
import dev.curia.proto.admin.v1.TopicSummary;
import picocli.CommandLine.Option;

/** Which topics and partitions are shown: those of which any of the asked-for holds. In the words of kafka-topics. */
final class PartitionFilter {
    @Option(
            names = {"--under-replicated", "--under-replicated-partitions"},
            description = "Only partitions with a replica that is not in sync.")
    private boolean underReplicated;

    @Option(
            names = {"--unavailable", "--unavailable-partitions"},
            description = "Only partitions without a leader.")
    private boolean unavailable;

    @Option(
            names = {"--under-min-isr", "--under-min-isr-partitions"},
            description =
                    "Only partitions with fewer replicas in sync than min.insync.replicas: nothing more is committed.")
    private boolean underMinIsr;

    @Option(
            names = {"--at-min-isr", "--at-min-isr-partitions"},
            description = "Only partitions with just so many: with one less, nothing more is committed.")
    private boolean atMinIsr;

    @Option(
            names = {"--with-overrides", "--topics-with-overrides"},
            description = "Only topics with settings of their own.")
    private boolean withOverrides;

    boolean ofPartitions() {
        return underReplicated || unavailable || underMinIsr || atMinIsr;
    }

    boolean ofTopics() {
        return withOverrides;
    }

    boolean passes(TopicSummary topic) {
        if (withOverrides && topic.getOverrides() == 0) return false;
        return !ofPartitions()
                || (underReplicated && topic.getUnderReplicated() > 0)
                || (unavailable && topic.getOffline() > 0)
                || (underMinIsr && topic.getUnderMinIsr() > 0)
                || (atMinIsr && topic.getAtMinIsr() > 0);
    }

    /** The topic with only those of its partitions that are to be shown. */
    TopicDescription reduce(TopicDescription topic) {
        if (!ofPartitions()) return topic;
        return topic.toBuilder()
                .clearPartitions()
                .addAllPartitions(topic.getPartitionsList().stream()
                        .filter(partition -> passes(partition, topic.getMinInsyncReplicas()))
                        .toList())
                .build();
    }

    private boolean passes(PartitionDescription partition, int minInsyncReplicas) {
        int inSync = partition.getIsrCount();
        int wanted = PartitionState.minIsr(partition, minInsyncReplicas);
        return (underReplicated && PartitionState.isUnderReplicated(partition))
                || (unavailable && partition.getLeader() < 0)
                || (underMinIsr && inSync < wanted)
                || (atMinIsr && inSync == wanted);
    }
}
