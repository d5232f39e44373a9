package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.admin.client.Explain;
import dev.curia.common.config.TopicConfigs;
import dev.curia.common.text.Json;
import dev.curia.common.text.Table;
import dev.curia.proto.admin.v1.DescribeTopicsRequest;
import dev.curia.proto.admin.v1.PartitionDescription;
import dev.curia.proto.admin.v1.TopicDescription;
import dev.curia.proto.admin.v1.TopicRef;
import dev.curia.proto.admin.v1.TopicSummary;
import dev.curia.proto.common.v1.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code curia topics describe}. */
@Command(
        name = "describe",
        description = {
            "Show topics with their partitions: who leads, who holds them, who is in sync. Without names: all topics.",
            "'curia configs describe --topic TOPIC --all' shows every setting and where it comes from."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  curia topics describe orders",
            "  curia topics describe orders payments --json",
            "  curia topics describe --under-min-isr --watch"
        })
final class TopicsDescribe extends ViewCommand {
    /** Of a request: an answer of so many topics is never too large for a message. */
    private static final int TOPICS_A_REQUEST = 200;

    @Parameters(arity = "0..*", paramLabel = "TOPIC", description = "Names of topics.")
    private List<String> names = List.of();

    @Option(names = "--internal", description = "With all topics, also Curia's own, such as __consumer_offsets.")
    private boolean internal;

    @Mixin
    private PartitionFilter filter = new PartitionFilter();

    TopicsDescribe(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        List<TopicDescription> found = new ArrayList<>();
        boolean failed = false;
        for (TopicDescription topic : describe(admin)) {
            if (topic.getStatus().getCode() == ErrorCode.NONE) {
                found.add(filter.reduce(topic));
            } else if (!names.isEmpty()) { // else it went between our two questions
                failed = true;
                String refusal = Explain.refusal("describe", topic.getName(), topic.getStatus());
                curia.terminal().err().println("curia: " + refusal);
            }
        }
        if (filter.ofTopics()) found.removeIf(topic -> topic.getConfigsCount() == 0);
        if (filter.ofPartitions()) found.removeIf(topic -> topic.getPartitionsCount() == 0);
        if (curia.structured()) {
            curia.print(curia.data(found.stream().map(TopicsDescribe::toJson).toList()));
        } else if (filter.ofPartitions()) {
            curia.print(found.isEmpty() ? "There are no such partitions.\n" : partitions(found));
        } else if (found.isEmpty() && !failed) {
            curia.print("There are no such topics.\n");
        } else {
            curia.print(found.stream().map(TopicsDescribe::toText).collect(Collectors.joining("\n")));
        }
        return failed ? ExitCode.REFUSED : ExitCode.OK;
    }

    private List<TopicDescription> describe(AdminClient admin) {
        List<String> wanted = names.isEmpty()
                ? TopicsList.list(admin, internal || filter.ofPartitions()).stream()
                        .filter(filter::passes)
                        .map(TopicSummary::getName)
                        .toList()
                : names;
        List<TopicDescription> described = new ArrayList<>();
        for (int from = 0; from < wanted.size(); from += TOPICS_A_REQUEST) {
            List<String> some = wanted.subList(from, Math.min(wanted.size(), from + TOPICS_A_REQUEST));
            DescribeTopicsRequest.Builder request = DescribeTopicsRequest.newBuilder();
            some.forEach(name -> request.addTopics(TopicRef.newBuilder().setName(name)));
            String what = "describe " + (names.isEmpty() ? "all topics" : TopicNames.list(names));
            described.addAll(admin.read(what, stub -> stub.describeTopics(request.build()))
                    .getTopicsList());
        }
        return described;
    }

    /** Of several topics. */
    private static String partitions(List<TopicDescription> topics) {
        Table table = new Table("TOPIC", "PARTITION", "LEADER", "REPLICAS", "IN-SYNC", "MIN-ISR", "STATE");
        for (TopicDescription topic : topics) {
            for (PartitionDescription partition : topic.getPartitionsList()) {
                table.row(
                        topic.getName(),
                        partition.getPartition(),
                        leader(partition),
                        TopicNames.ids(partition.getReplicasList()),
                        TopicNames.ids(partition.getIsrList()),
                        PartitionState.minIsr(partition, topic.getMinInsyncReplicas()),
                        PartitionState.of(partition, topic.getMinInsyncReplicas()));
            }
        }
        return table.render();
    }

    private static String leader(PartitionDescription partition) {
        return partition.getLeader() < 0 ? "none" : Integer.toString(partition.getLeader());
    }

    private static String toText(TopicDescription topic) {
        StringBuilder text = new StringBuilder();
        text.append("Topic:       ").append(topic.getName()).append('\n');
        text.append("Id:          ").append(TopicNames.id(topic.getTopicId())).append('\n');
        if (topic.getInternal()) text.append("Internal:    yes\n");
        text.append("Partitions:  ").append(topic.getPartitionsCount()).append('\n');
        text.append("Min ISR:     ").append(topic.getMinInsyncReplicas()).append('\n');
        text.append("Durability:  ").append(durability(topic)).append('\n');
        new TreeMap<>(topic.getConfigsMap())
                .forEach((key, value) -> text.append("Config:      ")
                        .append(key)
                        .append('=')
                        .append(value)
                        .append('\n'));
        Table table = new Table("PARTITION", "LEADER", "EPOCH", "REPLICAS", "IN-SYNC", "STATE");
        for (PartitionDescription partition : topic.getPartitionsList()) {
            table.row(
                    partition.getPartition(),
                    leader(partition),
                    partition.getLeaderEpoch(),
                    TopicNames.ids(partition.getReplicasList()),
                    TopicNames.ids(partition.getIsrList()),
                    PartitionState.of(partition, topic.getMinInsyncReplicas()));
        }
        return text.append('\n').append(table.render()).toString();
    }

    /** What an acknowledgement promises. The brokers' default is not known here. */
    private static String durability(TopicDescription topic) {
        String own = topic.getConfigsOrDefault(TopicConfigs.DURABILITY.name(), "");
        boolean everyRecord = topic.getConfigsOrDefault(TopicConfigs.FLUSH_MESSAGES.name(), "")
                .equals("1");
        if (own.equals("fsynced") || everyRecord) {
            return "fsynced, an acknowledged record is on disk on each replica that acknowledged it";
        }
        String promise = "written, an acknowledged record survives the process but perhaps not a power loss";
        return own.isEmpty() ? promise + " (unless the brokers set " + TopicConfigs.DURABILITY.name() + ")" : promise;
    }

    private static Json.Obj toJson(TopicDescription topic) {
        return Json.object()
                .put("name", topic.getName())
                .put("topicId", TopicNames.id(topic.getTopicId()))
                .put("internal", topic.getInternal())
                .put("minInsyncReplicas", topic.getMinInsyncReplicas())
                .put("configs", new TreeMap<>(topic.getConfigsMap()))
                .put(
                        "partitions",
                        topic.getPartitionsList().stream()
                                .map(partition -> Json.object()
                                        .put("partition", partition.getPartition())
                                        .put("leader", partition.getLeader())
                                        .put("leaderEpoch", partition.getLeaderEpoch())
                                        .put("partitionEpoch", partition.getPartitionEpoch())
                                        .put("replicas", partition.getReplicasList())
                                        .put("isr", partition.getIsrList())
                                        .put("eligibleLeaders", partition.getEligibleLeadersList())
                                        .put("adding", partition.getAddingList())
                                        .put("removing", partition.getRemovingList())
                                        .put("state", PartitionState.of(partition, topic.getMinInsyncReplicas())))
                                .toList());
    }
}
