package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.admin.command.ConfigTarget.Target;
import dev.curia.proto.admin.v1.ConfigChange;
import dev.curia.proto.admin.v1.ConfigChange.Operation;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code curia configs unset}. */
@Command(
        name = "unset",
        description = "Take settings back: from then on what is set farther away holds, at last the default.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  curia configs unset --topic orders retention.ms",
            "  curia configs unset --broker-defaults log.retention.ms"
        })
final class ConfigsUnset extends AdminCommand {
    @Mixin
    private ConfigTarget target = new ConfigTarget();

    @Parameters(arity = "1..*", paramLabel = "KEY", description = "Names of settings.")
    private List<String> keys = List.of();

    @Option(names = "--validate-only", description = "Only check whether it could be done.")
    private boolean validateOnly;

    ConfigsUnset(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        Target of = target.in(curia);
        List<ConfigChange> changes = keys.stream()
                .map(key -> ConfigChange.newBuilder()
                        .setKey(key)
                        .setOperation(Operation.DELETE)
                        .build())
                .toList();
        ConfigChanges.make(curia, admin, of, changes, validateOnly);
        if (curia.structured()) return ExitCode.OK;
        keys.forEach(key ->
                curia.print((validateOnly ? "Could have unset " : "Unset ") + key + " of " + of.title() + ".\n"));
        return ExitCode.OK;
    }
}
