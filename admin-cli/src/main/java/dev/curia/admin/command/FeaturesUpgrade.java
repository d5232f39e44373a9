package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.proto.admin.v1.FeatureUpdate.Direction;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code curia features upgrade}. */
@Command(
        name = "upgrade",
        description = {
            "Finalize higher levels of features, all that are named or none, when every node is upgraded and well.",
            "",
            "No older build can join afterwards. Refused while a registered broker, alive or not, cannot work with a"
                    + " level; that every quorum node can is for you to know."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  curia features upgrade metadata.version=2 --dry-run",
            "  curia features upgrade metadata.version=2 group.version=1"
        })
final class FeaturesUpgrade extends AdminCommand {
    @Parameters(arity = "1..*", paramLabel = "FEATURE=LEVEL", description = "Features and their levels.")
    private Map<String, Integer> levels = new LinkedHashMap<>();

    @Option(names = "--dry-run", description = "Only check whether it could be done.")
    private boolean dryRun;

    FeaturesUpgrade(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        return FeatureChanges.apply(curia, admin, Direction.UPGRADE, levels, dryRun);
    }
}
