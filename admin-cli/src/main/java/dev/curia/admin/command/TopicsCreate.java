package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.admin.client.Explain;
import dev.curia.common.text.Json;
import dev.curia.proto.admin.v1.CreateTopicsRequest;
import dev.curia.proto.admin.v1.CreateTopicsResponse;
import dev.curia.proto.admin.v1.CreatedTopic;
import dev.curia.proto.admin.v1.NewTopic;
import dev.curia.proto.common.v1.ErrorCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code curia topics create}. */
@Command(
        name = "create",
        description = "Create topics.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  curia topics create orders",
            "  curia topics create orders --partitions 6 --replication-factor 3 --config retention.ms=86400000",
            "  curia topics create a b c --if-not-exists"
        })
final class TopicsCreate extends AdminCommand {
    @Parameters(arity = "1..*", paramLabel = "TOPIC", description = "Names of the new topics.")
    private List<String> names = List.of();

    @Option(
            names = {"-p", "--partitions"},
            paramLabel = "N",
            defaultValue = "-1",
            description = "Number of partitions (default: the cluster's num.partitions).")
    private int partitions;

    @Option(
            names = {"-r", "--replication-factor"},
            paramLabel = "N",
            defaultValue = "-1",
            description = "Replicas of each partition (default: the cluster's default.replication.factor).")
    private int replicationFactor;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "KEY=VALUE",
            description = "A setting of the topic, such as min.insync.replicas=2; may be repeated.")
    private Map<String, String> configs = new LinkedHashMap<>();

    @Option(names = "--if-not-exists", description = "A topic that exists already is fine.")
    private boolean ifNotExists;

    @Option(names = "--validate-only", description = "Only check whether it could be done.")
    private boolean validateOnly;

    TopicsCreate(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        if (partitions < 1 && partitions != -1)
            throw curia.usage("Invalid value '" + partitions + "' for option '--partitions': expected 1 or more.");
        if (replicationFactor < 1 && replicationFactor != -1)
            throw curia.usage(
                    "Invalid value '" + replicationFactor + "' for option '--replication-factor': expected 1 or more.");
        CreateTopicsRequest.Builder request = CreateTopicsRequest.newBuilder().setValidateOnly(validateOnly);
        for (String name : names) {
            request.addTopics(NewTopic.newBuilder()
                    .setName(name)
                    .setPartitions(partitions)
                    .setReplicationFactor(replicationFactor)
                    .putAllConfigs(configs));
        }
        AdminClient.Answer<CreateTopicsResponse> answer =
                admin.change("create " + TopicNames.list(names), stub -> stub.createTopics(request.build()));
        List<Object> results = new ArrayList<>();
        boolean failed = false;
        for (CreatedTopic topic : answer.response().getTopicsList()) {
            failed |= !report(topic, answer.afterLostAttempt());
            results.add(toJson(topic));
        }
        if (curia.structured()) curia.print(curia.data(results));
        return failed ? ExitCode.REFUSED : ExitCode.OK;
    }

    /** @return whether it is as the user wants it */
    private boolean report(CreatedTopic topic, boolean afterLostAttempt) {
        ErrorCode code = topic.getStatus().getCode();
        if (code == ErrorCode.NONE) {
            String done = validateOnly ? "Could create" : "Created";
            if (!curia.structured())
                curia.print(
                        done + " topic " + topic.getName() + " (" + TopicNames.count(topic.getPartitions(), "partition")
                                + ", replication factor " + topic.getReplicationFactor() + ").\n");
            return true;
        }
        if (code == ErrorCode.TOPIC_ALREADY_EXISTS && ifNotExists) {
            if (!curia.structured()) curia.print("Topic " + topic.getName() + " exists already.\n");
            return true;
        }
        String note = code == ErrorCode.TOPIC_ALREADY_EXISTS && afterLostAttempt
                ? " (Perhaps created by this very command: the answer to a first attempt was lost.)"
                : "";
        curia.terminal()
                .err()
                .println("curia: " + Explain.refusal("create", topic.getName(), topic.getStatus()) + note);
        return false;
    }

    private static Json.Obj toJson(CreatedTopic topic) {
        Json.Obj json = Json.object().put("name", topic.getName());
        if (topic.getStatus().getCode() != ErrorCode.NONE) {
            return json.put("error", topic.getStatus().getCode())
                    .put("message", topic.getStatus().getMessage());
        }
        return json.put("topicId", TopicNames.id(topic.getTopicId()))
                .put("partitions", topic.getPartitions())
                .put("replicationFactor", topic.getReplicationFactor());
    }
}
