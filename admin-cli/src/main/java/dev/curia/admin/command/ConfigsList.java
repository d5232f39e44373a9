package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.admin.command.ConfigTarget.Kind;
import dev.curia.admin.command.ConfigTarget.Target;
import dev.curia.common.text.Json;
import dev.curia.common.text.Table;
import dev.curia.proto.admin.v1.ConfiguredResource;
import dev.curia.proto.admin.v1.ListConfigsRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code curia configs list}. */
@Command(
        name = "list",
        description =
                "List what has settings of its own, kept in the metadata: topics, brokers, groups, client metrics.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {"  curia configs list", "  curia configs list --type topics --json"})
final class ConfigsList extends ViewCommand {
    @Option(names = "--type", paramLabel = "TYPE", description = "Only topics, brokers, groups or client-metrics.")
    private @Nullable String type;

    ConfigsList(CuriaCommand curia) {
        super(curia);
    }

    /** What has settings, and which. */
    private record Configured(Target target, List<String> keys) {
        static Configured of(ConfiguredResource resource) {
            Target target = switch (resource.getResourceCase()) {
                case TOPIC, RESOURCE_NOT_SET -> new Target(Kind.TOPICS, resource.getTopic());
                case BROKER -> new Target(Kind.BROKERS, resource.getBroker());
                case GROUP -> new Target(Kind.GROUPS, resource.getGroup());
                case CLIENT_METRICS -> new Target(Kind.CLIENT_METRICS, resource.getClientMetrics());
            };
            return new Configured(target, resource.getKeysList());
        }

        Json.Obj toJson() {
            return ConfigsDescribe.toJson(target).put("keys", keys);
        }
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        Kind wanted = type == null ? null : ConfigTarget.kind(curia, "--type", type);
        List<Configured> all = admin
                .read("list settings", stub -> stub.listConfigs(ListConfigsRequest.getDefaultInstance()))
                .getResourcesList()
                .stream()
                .map(Configured::of)
                .filter(configured -> wanted == null || configured.target.kind() == wanted)
                .toList();
        if (curia.structured()) {
            curia.print(curia.data(all.stream().map(Configured::toJson).toList()));
        } else if (all.isEmpty()) {
            curia.print("Nothing has settings of its own. 'curia configs set' gives some.\n");
        } else {
            Table table = new Table("TYPE", "NAME", "SETTINGS");
            all.forEach(configured -> table.row(
                    configured.target.kind().title(),
                    configured.target.name().isEmpty() ? "(all)" : configured.target.name(),
                    String.join(", ", configured.keys)));
            curia.print(table.render());
        }
        return ExitCode.OK;
    }
}
