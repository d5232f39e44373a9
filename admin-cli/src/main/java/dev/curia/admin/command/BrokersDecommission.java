package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.proto.admin.v1.ChangeStandingRequest.Action;
import dev.curia.proto.admin.v1.DescribeDrainResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code curia brokers decommission}. */
@Command(
        name = "decommission",
        description = {
            "Drain a broker for good: when it is empty and stopped, the cluster forgets it. 'curia brokers undrain' ends that before.",
            "",
            "Stop the broker's process when it is empty; a few seconds later it is no longer listed."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {"  curia brokers decommission 3 --dry-run", "  curia brokers decommission 3 --watch"})
final class BrokersDecommission extends AdminCommand {
    @Parameters(paramLabel = "BROKER", description = "Id of a broker.")
    private int broker;

    @Option(names = "--dry-run", description = "Only show what would move where, and what is in the way.")
    private boolean dryRun;

    @Option(names = "--watch", description = "Wait until the broker is empty, or nothing moves any more.")
    private boolean watch;

    BrokersDecommission(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        if (dryRun && watch) throw curia.usage("Expected --dry-run or --watch, not both.");
        DrainView view = new DrainView(curia, admin, broker);
        String what = "decommission broker " + broker;
        if (!dryRun && !Standings.change(curia, admin, what, broker, Action.DECOMMISSION)) return ExitCode.REFUSED;
        if (watch) {
            boolean empty = view.watch();
            if (empty && !curia.structured())
                curia.print("Every replica has left the broker. When its process is stopped it is forgotten.\n");
            return empty ? ExitCode.OK : ExitCode.REFUSED;
        }
        DescribeDrainResponse drain = view.look();
        if (!Standings.accepted(curia, what, drain.getStatus())) return ExitCode.REFUSED;
        if (dryRun || curia.structured()) view.print(drain);
        else {
            curia.print("Broker " + broker + " is decommissioning: " + DrainView.summary(drain)
                    + ". 'curia brokers describe " + broker + "' shows how far it is.\n");
        }
        return ExitCode.OK;
    }
}
