package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.common.text.Json;
import dev.curia.proto.admin.v1.BrokerDescription;
import dev.curia.proto.admin.v1.DescribeClusterRequest;
import dev.curia.proto.admin.v1.DescribeDrainResponse;
import dev.curia.proto.common.v1.BrokerStanding;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code curia brokers describe}. */
@Command(
        name = "describe",
        description = "Show a broker, and of one that drains what is left to move and what is in the way.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {"  curia brokers describe 3"})
final class BrokersDescribe extends ViewCommand {
    @Parameters(paramLabel = "BROKER", description = "Id of a broker.")
    private int id;

    BrokersDescribe(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        Optional<BrokerDescription> found = admin
                .read(
                        "describe broker " + id,
                        stub -> stub.describeCluster(DescribeClusterRequest.getDefaultInstance()))
                .getBrokersList()
                .stream()
                .filter(broker -> broker.getBrokerId() == id)
                .findFirst();
        if (found.isEmpty()) {
            curia.terminal().err().println("curia: there is no broker " + id + "; see 'curia brokers list'.");
            return ExitCode.REFUSED;
        }
        BrokerDescription broker = found.get();
        boolean leaves = broker.getStanding() == BrokerStanding.DRAINING
                || broker.getStanding() == BrokerStanding.DECOMMISSIONING;
        DrainView view = new DrainView(curia, admin, id);
        DescribeDrainResponse drain = leaves ? view.look() : DescribeDrainResponse.getDefaultInstance();
        if (curia.structured()) {
            Json.Obj json = BrokersList.toJson(broker);
            if (leaves) json.put("drain", DrainView.json(drain));
            curia.print(curia.data(json));
            return ExitCode.OK;
        }
        curia.print("Broker:    " + id
                + "\nState:     " + (broker.getFenced() ? "fenced" : "alive")
                + "\nStanding:  " + Standings.name(broker.getStanding())
                + "\nRack:      " + (broker.getRack().isEmpty() ? "-" : broker.getRack())
                + "\nLeaders:   " + broker.getLeaders()
                + "\nReplicas:  " + broker.getReplicas() + "\n");
        if (leaves) {
            curia.print("\n");
            view.print(drain);
        }
        return ExitCode.OK;
    }
}
