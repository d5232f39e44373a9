package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.common.text.Json;
import dev.curia.common.text.Table;
import dev.curia.proto.admin.v1.ListTopicsRequest;
import dev.curia.proto.admin.v1.ListTopicsResponse;
import dev.curia.proto.admin.v1.TopicSummary;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code curia topics list}. */
@Command(
        name = "list",
        description = "List topics.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {"  curia topics list", "  curia topics list --internal --json"})
final class TopicsList extends AdminCommand {
    @Option(names = "--internal", description = "Also Curia's own topics, such as __consumer_offsets.")
    private boolean internal;

    TopicsList(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        ListTopicsRequest request =
                ListTopicsRequest.newBuilder().setIncludeInternal(internal).build();
        ListTopicsResponse response = admin.read("list topics", stub -> stub.listTopics(request));
        if (curia.json()) {
            curia.print(Json.pretty(
                    response.getTopicsList().stream().map(TopicsList::toJson).toList()));
        } else if (response.getTopicsCount() == 0) {
            curia.print("There are no topics. 'curia topics create NAME' makes one.\n");
        } else {
            Table table = new Table("TOPIC", "PARTITIONS", "REPLICATION", "UNDER-REPLICATED", "OFFLINE");
            for (TopicSummary topic : response.getTopicsList()) {
                table.row(
                        topic.getName(),
                        topic.getPartitions(),
                        topic.getReplicationFactor(),
                        topic.getUnderReplicated(),
                        topic.getOffline());
            }
            curia.print(table.render());
        }
        return ExitCode.OK;
    }

    private static Json.Obj toJson(TopicSummary topic) {
        return Json.object()
                .put("name", topic.getName())
                .put("topicId", TopicNames.id(topic.getTopicId()))
                .put("partitions", topic.getPartitions())
                .put("replicationFactor", topic.getReplicationFactor())
                .put("internal", topic.getInternal())
                .put("underReplicated", topic.getUnderReplicated())
                .put("offline", topic.getOffline());
    }
}
