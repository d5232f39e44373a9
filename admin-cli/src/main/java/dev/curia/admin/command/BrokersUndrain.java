package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.proto.admin.v1.ChangeStandingRequest.Action;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code curia brokers undrain}. */
@Command(
        name = "undrain",
        description = {
            "End a drain or a decommissioning: the broker is in service again, and keeps what it still has. Moves that are under way"
                    + " end as planned; 'curia cluster rebalance' gives the broker its share again."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {"  curia brokers undrain 3"})
final class BrokersUndrain extends AdminCommand {
    @Parameters(paramLabel = "BROKER", description = "Id of a broker.")
    private int broker;

    BrokersUndrain(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        if (!Standings.change(curia, admin, "end the drain of broker " + broker, broker, Action.UNDRAIN)) {
            return ExitCode.REFUSED;
        }
        if (!curia.structured()) curia.print("Broker " + broker + " is in service.\n");
        return ExitCode.OK;
    }
}
