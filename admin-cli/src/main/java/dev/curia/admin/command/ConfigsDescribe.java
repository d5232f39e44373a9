package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.BrokerClient;
import dev.curia.admin.client.BrokerClient.Ask;
import dev.curia.admin.client.Channels;
import dev.curia.admin.client.ClusterException;
import dev.curia.admin.command.ConfigTarget.Kind;
import dev.curia.admin.command.ConfigTarget.Target;
import dev.curia.common.text.Json;
import dev.curia.common.text.Table;
import dev.curia.proto.broker.v1.ConfigInForce;
import dev.curia.proto.broker.v1.ConfigSynonym;
import dev.curia.proto.broker.v1.ConfigSynonym.Source;
import dev.curia.proto.broker.v1.DescribeConfigsResponse;
import dev.curia.proto.common.v1.ErrorCode;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code curia configs describe}. */
@Command(
        name = "describe",
        description = {
            "Show settings in force, where each is set, and its default.",
            "Sources, nearest first: topic or group override, dynamic broker (one broker's, in the metadata), dynamic default (of all"
                    + " brokers), static file (of the broker that answers), default."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  curia configs describe --topic orders",
            "  curia configs describe --topic orders --all",
            "  curia configs describe --broker 1 log.retention.ms",
            "  curia configs describe --broker-defaults --json"
        })
final class ConfigsDescribe extends ViewCommand {
    private static final String HIDDEN = "(hidden)";

    @Mixin
    private ConfigTarget target = new ConfigTarget();

    @Parameters(arity = "0..*", paramLabel = "KEY", description = "Only these settings, whatever their values.")
    private List<String> keys = List.of();

    @Option(
            names = {"-a", "--all"},
            description =
                    "All settings and every place where they are set; without it those that differ from the default.")
    private boolean all;

    ConfigsDescribe(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        Target of = target.in(curia);
        List<ConfigInForce> configs = describe(new BrokerClient(admin, channels, curia.timeout(), curia.clock()), of);
        for (String key : keys) {
            if (configs.stream().noneMatch(config -> config.getKey().equals(key)))
                throw new ClusterException(
                        ClusterException.Kind.REFUSED,
                        "there is no setting " + key + " of " + of.title() + ". 'curia configs describe " + of.option()
                                + " --all' shows those that there are.");
        }
        List<ConfigInForce> shown = configs.stream()
                .filter(config -> keys.isEmpty() ? all || !isDefault(config) : keys.contains(config.getKey()))
                .toList();
        if (curia.structured()) {
            curia.print(curia.data(toJson(of)
                    .put("configs", shown.stream().map(ConfigsDescribe::toJson).toList())));
        } else if (shown.isEmpty()) {
            curia.print("Nothing is set for " + of.title() + " but the defaults"
                    + (all || of.name().isEmpty() ? ".\n" : "; --all shows them.\n"));
        } else {
            curia.print(toText(shown));
        }
        return ExitCode.OK;
    }

    private static List<ConfigInForce> describe(BrokerClient brokers, Target of) {
        String what = "describe settings of " + of.title();
        Ask<DescribeConfigsResponse> ask = Ask.read(what, stub -> stub.describeConfigs(of.request()));
        boolean itself = of.kind() == Kind.BROKERS && !of.name().isEmpty();
        DescribeConfigsResponse response = itself ? brokers.of(Integer.parseInt(of.name()), ask) : brokers.ofAny(ask);
        if (response.getStatus().getCode() != ErrorCode.NONE) {
            throw new ClusterException(
                    ClusterException.Kind.REFUSED,
                    "cannot " + what + ": " + response.getStatus().getMessage() + hint(of));
        }
        return response.getConfigsList();
    }

    static String hint(Target of) {
        return of.kind() == Kind.TOPICS ? " 'curia topics list' shows those that exist." : "";
    }

    private String toText(List<ConfigInForce> configs) {
        Table table = all
                ? new Table("KEY", "VALUE", "SOURCE", "DEFAULT", "ALSO SET")
                : new Table("KEY", "VALUE", "SOURCE", "DEFAULT");
        for (ConfigInForce config : configs) {
            String value =
                    inForce(config).map(synonym -> cell(value(config, synonym))).orElse("-");
            String source = inForce(config).map(ConfigsDescribe::source).orElse("not set");
            String otherwise = byDefault(config)
                    .map(synonym -> cell(value(config, synonym)))
                    .orElse("-");
            if (all) table.row(config.getKey(), value, source, otherwise, others(config));
            else table.row(config.getKey(), value, source, otherwise);
        }
        return table.render();
    }

    /** Places of no effect now: what would hold if the nearer ones were unset. */
    private static String others(ConfigInForce config) {
        String text = config.getSynonymsList().stream()
                .skip(1)
                .filter(synonym -> synonym.getSource() != Source.DEFAULT)
                .map(synonym -> synonym.getKey() + "=" + value(config, synonym) + " (" + source(synonym) + ")")
                .collect(Collectors.joining(", "));
        return text.isEmpty() ? "-" : text;
    }

    private static Optional<ConfigSynonym> inForce(ConfigInForce config) {
        return config.getSynonymsList().stream().findFirst();
    }

    private static Optional<ConfigSynonym> byDefault(ConfigInForce config) {
        return config.getSynonymsList().stream()
                .filter(synonym -> synonym.getSource() == Source.DEFAULT)
                .findFirst();
    }

    private static boolean isDefault(ConfigInForce config) {
        return inForce(config).isEmpty() || inForce(config).equals(byDefault(config));
    }

    private static String value(ConfigInForce config, ConfigSynonym synonym) {
        return config.getSensitive() ? HIDDEN : synonym.getValue();
    }

    private static String cell(String value) {
        return value.isEmpty() ? "(empty)" : value;
    }

    static String source(ConfigSynonym synonym) {
        return switch (synonym.getSource()) {
            case TOPIC_OVERRIDE -> "topic override";
            case DYNAMIC_BROKER -> "dynamic broker";
            case DYNAMIC_DEFAULT -> "dynamic default";
            case STATIC_FILE -> "static file";
            case DEFAULT -> "default";
            case GROUP_OVERRIDE -> "group override";
            case CLIENT_METRICS -> "client metrics";
            case UNKNOWN, UNRECOGNIZED -> "unknown";
        };
    }

    static Json.Obj toJson(Target target) {
        return Json.object().put("type", target.kind().title()).put("name", target.name());
    }

    private static Json.Obj toJson(ConfigInForce config) {
        return Json.object()
                .put("key", config.getKey())
                .put("value", jsonValue(config, inForce(config)))
                .put("source", inForce(config).map(ConfigsDescribe::source).orElse(null))
                .put("default", jsonValue(config, byDefault(config)))
                .put("type", config.getType())
                .put("readOnly", config.getReadOnly())
                .put("sensitive", config.getSensitive())
                .put("doc", config.getDoc())
                .put(
                        "synonyms",
                        config.getSynonymsList().stream()
                                .map(synonym -> Json.object()
                                        .put("key", synonym.getKey())
                                        .put("value", jsonValue(config, Optional.of(synonym)))
                                        .put("source", source(synonym)))
                                .toList());
    }

    private static @Nullable String jsonValue(ConfigInForce config, Optional<ConfigSynonym> synonym) {
        return config.getSensitive()
                ? null
                : synonym.map(ConfigSynonym::getValue).orElse(null);
    }
}
