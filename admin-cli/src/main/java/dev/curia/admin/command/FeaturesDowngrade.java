package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.proto.admin.v1.FeatureUpdate.Direction;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code curia features downgrade}. */
@Command(
        name = "downgrade",
        description = {
            "Finalize lower levels of features, all that are named or none; level 0 works without the feature. Refused"
                    + " while there is something that needs the level."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  curia features downgrade group.version=0",
            "  curia features downgrade metadata.version=1 --dry-run"
        })
final class FeaturesDowngrade extends AdminCommand {
    @Parameters(arity = "1..*", paramLabel = "FEATURE=LEVEL", description = "Features and their levels.")
    private Map<String, Integer> levels = new LinkedHashMap<>();

    @Option(names = "--dry-run", description = "Only check whether it could be done.")
    private boolean dryRun;

    FeaturesDowngrade(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        return FeatureChanges.apply(curia, admin, Direction.SAFE_DOWNGRADE, levels, dryRun);
    }
}
