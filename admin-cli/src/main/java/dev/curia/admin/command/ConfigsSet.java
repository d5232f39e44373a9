package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.admin.command.ConfigTarget.Target;
import dev.curia.proto.admin.v1.ConfigChange;
import dev.curia.proto.admin.v1.ConfigChange.Operation;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code curia configs set}. */
@Command(
        name = "set",
        description = {
            "Change settings. They take effect at once, all of them or none.",
            "KEY+=VALUE and KEY-=VALUE add to a setting that is a list and take from it."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  curia configs set --topic orders retention.ms=86400000 cleanup.policy=compact,delete",
            "  curia configs set --broker-defaults log.retention.ms=604800000",
            "  curia configs set --group billing consumer.session.timeout.ms=30000",
            "  curia configs set --topic orders retention.ms=1 --validate-only"
        })
final class ConfigsSet extends AdminCommand {
    private static final Pattern CHANGE = Pattern.compile("([A-Za-z0-9._-]*[A-Za-z0-9._])([+-]?)=(.*)", Pattern.DOTALL);

    @Mixin
    private ConfigTarget target = new ConfigTarget();

    @Parameters(arity = "1..*", paramLabel = "KEY=VALUE", description = "Settings and their new values.")
    private List<String> settings = List.of();

    @Option(names = "--validate-only", description = "Only check whether it could be done.")
    private boolean validateOnly;

    ConfigsSet(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        Target of = target.in(curia);
        List<ConfigChange> changes = settings.stream().map(this::change).toList();
        ConfigChanges.make(curia, admin, of, changes, validateOnly);
        if (curia.structured()) return ExitCode.OK;
        for (ConfigChange change : changes) {
            String done = switch (change.getOperation()) {
                case APPEND -> "added " + change.getValue() + " to " + change.getKey();
                case SUBTRACT -> "took " + change.getValue() + " from " + change.getKey();
                default -> "set " + change.getKey() + "=" + change.getValue();
            };
            curia.print(
                    (validateOnly ? "Could have " + done : Character.toUpperCase(done.charAt(0)) + done.substring(1))
                            + " for " + of.title() + ".\n");
        }
        return ExitCode.OK;
    }

    private ConfigChange change(String text) {
        Matcher parts = CHANGE.matcher(text);
        if (!parts.matches()) throw curia.usage("Invalid value '" + text + "': expected KEY=VALUE.");
        return ConfigChange.newBuilder()
                .setKey(parts.group(1))
                .setOperation(
                        switch (parts.group(2)) {
                            case "+" -> Operation.APPEND;
                            case "-" -> Operation.SUBTRACT;
                            default -> Operation.SET;
                        })
                .setValue(parts.group(3))
                .build();
    }
}
