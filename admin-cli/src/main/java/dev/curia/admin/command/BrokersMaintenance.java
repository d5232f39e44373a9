package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.proto.admin.v1.ChangeStandingRequest.Action;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code curia brokers maintenance}. */
@Command(
        name = "maintenance",
        description = {
            "Take a broker out of service without moving its data: others lead its partitions where they can, and no new replicas are"
                    + " placed on it. Its replicas stay and stay in sync. While it is away nothing is made anew elsewhere,"
                    + " whatever curia.broker.absence.replace.ms says.",
            "",
            "It lasts until it is ended, also when the broker or the controller starts again."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {"  curia brokers maintenance 3 on", "  curia brokers maintenance 3 off"})
final class BrokersMaintenance extends AdminCommand {
    /** What picocli accepts. */
    enum Switch {
        ON,
        OFF
    }

    @Parameters(index = "0", paramLabel = "BROKER", description = "Id of a broker.")
    private int broker;

    @Parameters(index = "1", paramLabel = "on|off", description = "Begin or end it.")
    private Switch wanted = Switch.ON;

    BrokersMaintenance(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        boolean on = wanted == Switch.ON;
        String what = (on ? "begin" : "end") + " the maintenance of broker " + broker;
        if (!Standings.change(curia, admin, what, broker, on ? Action.MAINTENANCE_ON : Action.MAINTENANCE_OFF)) {
            return ExitCode.REFUSED;
        }
        if (!curia.structured()) curia.print("Broker " + broker + (on ? " is in maintenance.\n" : " is in service.\n"));
        return ExitCode.OK;
    }
}
