package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.admin.client.Explain;
import dev.curia.common.text.Json;
import dev.curia.proto.admin.v1.AlterConfigsRequest;
import dev.curia.proto.admin.v1.AlterConfigsResponse;
import dev.curia.proto.admin.v1.AlteredConfigs;
import dev.curia.proto.admin.v1.ConfigAlteration;
import dev.curia.proto.admin.v1.ConfigChange;
import dev.curia.proto.admin.v1.ConfigChange.Operation;
import dev.curia.proto.common.v1.ErrorCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code curia topics alter}. */
@Command(
        name = "alter",
        description = "Change settings of topics. Takes effect at once; 'curia topics describe' shows what is set.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  curia topics alter orders --config retention.ms=86400000 --config cleanup.policy=compact,delete",
            "  curia topics alter orders payments --delete-config retention.ms"
        })
final class TopicsAlter extends AdminCommand {
    @Parameters(arity = "1..*", paramLabel = "TOPIC", description = "Names of topics.")
    private List<String> names = List.of();

    @Option(
            names = {"-c", "--config"},
            paramLabel = "KEY=VALUE",
            description = "A setting and its new value; may be repeated.")
    private Map<String, String> configs = new LinkedHashMap<>();

    @Option(
            names = {"-d", "--delete-config"},
            paramLabel = "KEY",
            description = "A setting that goes back to the cluster's default; may be repeated.")
    private List<String> deleted = List.of();

    @Option(names = "--validate-only", description = "Only check whether it could be done.")
    private boolean validateOnly;

    TopicsAlter(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        if (configs.isEmpty() && deleted.isEmpty()) {
            throw curia.usage("Nothing to change: expected '--config KEY=VALUE' or '--delete-config KEY'.");
        }
        AdminClient.Answer<AlterConfigsResponse> answer =
                admin.change("alter " + TopicNames.list(names), stub -> stub.alterConfigs(request()));
        List<Object> results = new ArrayList<>();
        boolean failed = false;
        for (AlteredConfigs topic : answer.response().getResultsList()) {
            failed |= !report(topic);
            results.add(toJson(topic));
        }
        if (curia.structured()) curia.print(curia.data(results));
        return failed ? ExitCode.REFUSED : ExitCode.OK;
    }

    private AlterConfigsRequest request() {
        List<ConfigChange> changes = new ArrayList<>();
        configs.forEach((key, value) -> changes.add(ConfigChange.newBuilder()
                .setKey(key)
                .setOperation(Operation.SET)
                .setValue(value)
                .build()));
        deleted.forEach(key -> changes.add(ConfigChange.newBuilder()
                .setKey(key)
                .setOperation(Operation.DELETE)
                .build()));
        return AlterConfigsRequest.newBuilder()
                .setValidateOnly(validateOnly)
                .addAllAlterations(names.stream()
                        .map(name -> ConfigAlteration.newBuilder()
                                .setTopic(name)
                                .addAllChanges(changes)
                                .build())
                        .toList())
                .build();
    }

    /** @return whether it was done */
    private boolean report(AlteredConfigs topic) {
        if (topic.getStatus().getCode() != ErrorCode.NONE) {
            curia.terminal().err().println("curia: " + Explain.refusal("alter", topic.getTopic(), topic.getStatus()));
            return false;
        }
        if (!curia.structured()) {
            curia.print((validateOnly ? "Could alter" : "Altered") + " topic " + topic.getTopic() + ".\n");
        }
        return true;
    }

    private static Json.Obj toJson(AlteredConfigs topic) {
        Json.Obj json = Json.object().put("name", topic.getTopic());
        ErrorCode code = topic.getStatus().getCode();
        return code == ErrorCode.NONE
                ? json.put("altered", true)
                : json.put("error", code).put("message", topic.getStatus().getMessage());
    }
}
