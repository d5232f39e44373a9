package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.proto.admin.v1.ChangeStandingRequest.Action;
import dev.curia.proto.admin.v1.DescribeDrainResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code curia brokers drain}. */
@Command(
        name = "drain",
        description = {
            "Move all replicas of a broker to other brokers, a few at a time. It goes on until it is ended with 'curia brokers undrain', also"
                    + " when the broker or the controller starts again; no new replicas are placed on the broker meanwhile.",
            "",
            "A partition that cannot move is blocked, with a reason; it moves when the reason is gone."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {"  curia brokers drain 3 --dry-run", "  curia brokers drain 3 --watch"})
final class BrokersDrain extends AdminCommand {
    @Parameters(paramLabel = "BROKER", description = "Id of a broker.")
    private int broker;

    @Option(names = "--dry-run", description = "Only show what would move where, and what is in the way.")
    private boolean dryRun;

    @Option(names = "--watch", description = "Wait until the broker is empty, or nothing moves any more.")
    private boolean watch;

    BrokersDrain(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        if (dryRun && watch) throw curia.usage("Expected --dry-run or --watch, not both.");
        DrainView view = new DrainView(curia, admin, broker);
        String what = "drain broker " + broker;
        if (!dryRun && !Standings.change(curia, admin, what, broker, Action.DRAIN)) return ExitCode.REFUSED;
        if (watch) {
            boolean empty = view.watch();
            if (empty && !curia.structured()) curia.print("Every replica has left the broker.\n");
            return empty ? ExitCode.OK : ExitCode.REFUSED;
        }
        DescribeDrainResponse drain = view.look();
        if (!Standings.accepted(curia, what, drain.getStatus())) return ExitCode.REFUSED;
        if (dryRun || curia.structured()) view.print(drain);
        else {
            curia.print("Broker " + broker + " is draining: " + DrainView.summary(drain) + ". 'curia brokers describe "
                    + broker + "' shows how far it is.\n");
        }
        return ExitCode.OK;
    }
}
