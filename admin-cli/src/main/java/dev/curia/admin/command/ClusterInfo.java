package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.common.text.Json;
import dev.curia.proto.admin.v1.DescribeClusterRequest;
import dev.curia.proto.admin.v1.DescribeClusterResponse;
import java.util.TreeMap;
import picocli.CommandLine.Command;

/** {@code curia cluster info}. */
@Command(
        name = "info",
        description = "Show the cluster at a glance.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {"  curia cluster info", "  curia cluster info --json"})
final class ClusterInfo extends ViewCommand {
    ClusterInfo(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        DescribeClusterResponse cluster = admin.read(
                "describe the cluster", stub -> stub.describeCluster(DescribeClusterRequest.getDefaultInstance()));
        long alive = cluster.getBrokersList().stream()
                .filter(broker -> !broker.getFenced())
                .count();
        curia.print(curia.structured() ? curia.data(toJson(cluster, alive)) : toText(cluster, alive));
        return ExitCode.OK;
    }

    private static String toText(DescribeClusterResponse cluster, long alive) {
        return "Cluster:           " + cluster.getClusterId()
                + "\nController:        "
                + (cluster.getControllerId() < 0 ? "none" : "node " + cluster.getControllerId())
                + "\nBrokers:           " + alive + " alive of " + cluster.getBrokersCount()
                + "\nTopics:            " + cluster.getTopics()
                + "\nPartitions:        " + cluster.getPartitions()
                + "\nUnder-replicated:  " + cluster.getUnderReplicated()
                + "\nOffline:           " + cluster.getOffline()
                + "\nMetadata index:    " + cluster.getIndex() + "\n";
    }

    private static Json.Obj toJson(DescribeClusterResponse cluster, long alive) {
        return Json.object()
                .put("clusterId", cluster.getClusterId())
                .put("controllerId", cluster.getControllerId())
                .put("brokers", cluster.getBrokersCount())
                .put("brokersAlive", alive)
                .put("topics", cluster.getTopics())
                .put("partitions", cluster.getPartitions())
                .put("underReplicated", cluster.getUnderReplicated())
                .put("offline", cluster.getOffline())
                .put("metadataIndex", cluster.getIndex())
                .put("features", new TreeMap<>(cluster.getFeaturesMap()));
    }
}
