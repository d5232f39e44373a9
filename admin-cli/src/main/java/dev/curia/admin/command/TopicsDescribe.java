package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.admin.client.Explain;
import dev.curia.common.config.TopicConfigs;
import dev.curia.common.text.Json;
import dev.curia.common.text.Table;
import dev.curia.proto.admin.v1.DescribeTopicsRequest;
import dev.curia.proto.admin.v1.DescribeTopicsResponse;
import dev.curia.proto.admin.v1.PartitionDescription;
import dev.curia.proto.admin.v1.TopicDescription;
import dev.curia.proto.admin.v1.TopicRef;
import dev.curia.proto.common.v1.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code curia topics describe}. */
@Command(
        name = "describe",
        description = "Show topics with their partitions: who leads, who holds them, who is in sync.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {"  curia topics describe orders", "  curia topics describe orders payments --json"})
final class TopicsDescribe extends AdminCommand {
    @Parameters(arity = "1..*", paramLabel = "TOPIC", description = "Names of topics.")
    private List<String> names = List.of();

    TopicsDescribe(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        DescribeTopicsRequest.Builder request = DescribeTopicsRequest.newBuilder();
        names.forEach(name -> request.addTopics(TopicRef.newBuilder().setName(name)));
        DescribeTopicsResponse response =
                admin.read("describe " + TopicNames.list(names), stub -> stub.describeTopics(request.build()));
        List<Object> found = new ArrayList<>();
        boolean failed = false;
        for (int i = 0; i < response.getTopicsCount(); i++) {
            TopicDescription topic = response.getTopics(i);
            if (topic.getStatus().getCode() != ErrorCode.NONE) {
                failed = true;
                curia.terminal()
                        .err()
                        .println("curia: " + Explain.refusal("describe", names.get(i), topic.getStatus()));
            } else if (curia.json()) {
                found.add(toJson(topic));
            } else {
                curia.print((i == 0 ? "" : "\n") + toText(topic));
            }
        }
        if (curia.json()) curia.print(Json.pretty(found));
        return failed ? ExitCode.REFUSED : ExitCode.OK;
    }

    private static String toText(TopicDescription topic) {
        StringBuilder text = new StringBuilder();
        text.append("Topic:       ").append(topic.getName()).append('\n');
        text.append("Id:          ").append(TopicNames.id(topic.getTopicId())).append('\n');
        if (topic.getInternal()) text.append("Internal:    yes\n");
        text.append("Partitions:  ").append(topic.getPartitionsCount()).append('\n');
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
                    partition.getLeader() < 0 ? "none" : partition.getLeader(),
                    partition.getLeaderEpoch(),
                    TopicNames.ids(partition.getReplicasList()),
                    TopicNames.ids(partition.getIsrList()),
                    state(partition));
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

    private static String state(PartitionDescription partition) {
        if (partition.getLeader() < 0) return "offline";
        if (partition.getIsrCount() < partition.getReplicasCount() - partition.getAddingCount()) {
            return "under-replicated";
        }
        return partition.getAddingCount() + partition.getRemovingCount() > 0 ? "moving" : "ok";
    }

    private static Json.Obj toJson(TopicDescription topic) {
        return Json.object()
                .put("name", topic.getName())
                .put("topicId", TopicNames.id(topic.getTopicId()))
                .put("internal", topic.getInternal())
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
                                        .put("state", state(partition)))
                                .toList());
    }
}
