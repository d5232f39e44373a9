package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.common.text.Json;
import dev.curia.common.text.Table;
import dev.curia.proto.admin.v1.ListTopicsRequest;
import dev.curia.proto.admin.v1.TopicSummary;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code curia topics list}. */
@Command(
        name = "list",
        description = "List topics.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  curia topics list",
            "  curia topics list --internal --json",
            "  curia topics list --under-replicated --watch"
        })
final class TopicsList extends ViewCommand {
    @Option(names = "--internal", description = "Also Curia's own topics, such as __consumer_offsets.")
    private boolean internal;

    @Mixin
    private PartitionFilter filter = new PartitionFilter();

    TopicsList(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        List<TopicSummary> topics = list(admin, internal || filter.ofPartitions()).stream()
                .filter(filter::passes)
                .toList();
        if (curia.structured()) {
            curia.print(curia.data(topics.stream().map(TopicsList::toJson).toList()));
        } else if (topics.isEmpty()) {
            boolean all = !filter.ofPartitions() && !filter.ofTopics();
            curia.print(
                    all
                            ? "There are no topics. 'curia topics create NAME' makes one.\n"
                            : "There are no such topics.\n");
        } else {
            Table table =
                    new Table("TOPIC", "PARTITIONS", "REPLICATION", "UNDER-REPLICATED", "UNDER-MIN-ISR", "OFFLINE");
            for (TopicSummary topic : topics) {
                table.row(
                        topic.getName(),
                        topic.getPartitions(),
                        topic.getReplicationFactor(),
                        topic.getUnderReplicated(),
                        topic.getUnderMinIsr(),
                        topic.getOffline());
            }
            curia.print(table.render());
        }
        return ExitCode.OK;
    }

    /** What hides in Curia's own topics is as bad as elsewhere: who looks for trouble gets those, too. */
    static List<TopicSummary> list(AdminClient admin, boolean internal) {
        ListTopicsRequest request =
                ListTopicsRequest.newBuilder().setIncludeInternal(internal).build();
        return admin.read("list topics", stub -> stub.listTopics(request)).getTopicsList();
    }

    private static Json.Obj toJson(TopicSummary topic) {
        return Json.object()
                .put("name", topic.getName())
                .put("topicId", TopicNames.id(topic.getTopicId()))
                .put("partitions", topic.getPartitions())
                .put("replicationFactor", topic.getReplicationFactor())
                .put("internal", topic.getInternal())
                .put("underReplicated", topic.getUnderReplicated())
                .put("underMinIsr", topic.getUnderMinIsr())
                .put("atMinIsr", topic.getAtMinIsr())
                .put("overrides", topic.getOverrides())
                .put("offline", topic.getOffline());
    }
}
