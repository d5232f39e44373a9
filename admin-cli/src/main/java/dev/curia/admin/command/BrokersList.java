package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.common.text.Json;
import dev.curia.common.text.Table;
import dev.curia.proto.admin.v1.BrokerDescription;
import dev.curia.proto.admin.v1.DescribeClusterRequest;
import dev.curia.proto.admin.v1.DescribeClusterResponse;
import dev.curia.proto.common.v1.BrokerStanding;
import dev.curia.proto.common.v1.Endpoint;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** {@code curia brokers list}. */
@Command(
        name = "list",
        description = "List the brokers: where they listen, whether they are alive, what they lead.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {"  curia brokers list", "  curia brokers list --json"})
final class BrokersList extends ViewCommand {
    BrokersList(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        DescribeClusterResponse cluster =
                admin.read("list brokers", stub -> stub.describeCluster(DescribeClusterRequest.getDefaultInstance()));
        List<BrokerDescription> brokers = cluster.getBrokersList();
        if (curia.structured()) {
            curia.print(curia.data(brokers.stream().map(BrokersList::toJson).toList()));
        } else if (brokers.isEmpty()) {
            curia.print("No broker has registered yet.\n");
        } else {
            Table table = new Table("BROKER", "STATE", "KAFKA", "GRPC", "RACK", "LEADERS", "REPLICAS");
            for (BrokerDescription broker : brokers) {
                table.row(
                        broker.getBrokerId(),
                        state(broker),
                        broker.getListenersList().stream()
                                .map(listener -> listener.getListener() + "://" + address(listener))
                                .collect(Collectors.joining(",")),
                        address(broker.getRpc()),
                        broker.getRack().isEmpty() ? "-" : broker.getRack(),
                        broker.getLeaders(),
                        broker.getReplicas());
            }
            curia.print(table.render());
        }
        return ExitCode.OK;
    }

    static String state(BrokerDescription broker) {
        String alive = broker.getFenced() ? "fenced" : "alive";
        return broker.getStanding() == BrokerStanding.IN_SERVICE
                ? alive
                : alive + ", " + Standings.name(broker.getStanding());
    }

    private static String address(Endpoint endpoint) {
        return endpoint.getHost().isEmpty() ? "-" : endpoint.getHost() + ":" + endpoint.getPort();
    }

    static Json.Obj toJson(BrokerDescription broker) {
        return Json.object()
                .put("brokerId", broker.getBrokerId())
                .put("brokerEpoch", broker.getBrokerEpoch())
                .put("state", broker.getFenced() ? "fenced" : "alive")
                .put("standing", Standings.name(broker.getStanding()))
                .put(
                        "listeners",
                        broker.getListenersList().stream()
                                .map(BrokersList::toJson)
                                .toList())
                .put("rpc", address(broker.getRpc()))
                .put("rack", broker.getRack().isEmpty() ? null : broker.getRack())
                .put("leaders", broker.getLeaders())
                .put("replicas", broker.getReplicas());
    }

    private static Json.Obj toJson(Endpoint endpoint) {
        return Json.object()
                .put("name", endpoint.getListener())
                .put("address", address(endpoint))
                .put("securityProtocol", endpoint.getSecurityProtocol());
    }
}
