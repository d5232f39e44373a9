package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.common.text.Json;
import dev.curia.common.text.Table;
import dev.curia.proto.admin.v1.BrokerDescription;
import dev.curia.proto.admin.v1.DescribeClusterRequest;
import dev.curia.proto.admin.v1.DescribeClusterResponse;
import dev.curia.proto.common.v1.FeatureRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** {@code curia features list}. */
@Command(
        name = "list",
        description = {
            "List the features: the level that the cluster works with, the newest that the asked quorum node can work"
                    + " with, and which registered brokers cannot work with that."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {"  curia features list", "  curia features list --json"})
final class FeaturesList extends ViewCommand {
    FeaturesList(CuriaCommand curia) {
        super(curia);
    }

    /** @param behind the ids of brokers that cannot work with the newest level */
    private record Feature(String name, int level, int newest, List<Integer> behind) {}

    @Override
    int run(AdminClient admin, Channels channels) {
        List<Feature> features = of(admin.read(
                "list the features", stub -> stub.describeCluster(DescribeClusterRequest.getDefaultInstance())));
        if (curia.structured()) {
            curia.print(curia.data(features.stream().map(FeaturesList::toJson).toList()));
            return ExitCode.OK;
        }
        Table table = new Table("FEATURE", "LEVEL", "NEWEST", "BROKERS THAT CANNOT");
        for (Feature feature : features) {
            String behind = feature.behind.stream().map(String::valueOf).collect(Collectors.joining(","));
            table.row(feature.name, feature.level, feature.newest, behind.isEmpty() ? "-" : behind);
        }
        curia.print(table.render());
        return ExitCode.OK;
    }

    private static List<Feature> of(DescribeClusterResponse cluster) {
        Map<String, Integer> newest = new TreeMap<>();
        cluster.getFeaturesMap().keySet().forEach(name -> newest.put(name, 0));
        cluster.getSupportedFeaturesList().forEach(range -> newest.put(range.getName(), range.getMaxLevel()));
        List<Feature> features = new ArrayList<>();
        newest.forEach((name, level) -> {
            List<Integer> behind = cluster.getBrokersList().stream()
                    .filter(broker -> highest(broker, name) < level)
                    .map(BrokerDescription::getBrokerId)
                    .sorted()
                    .toList();
            features.add(new Feature(name, cluster.getFeaturesOrDefault(name, 0), level, behind));
        });
        return features;
    }

    private static int highest(BrokerDescription broker, String feature) {
        return broker.getFeaturesList().stream()
                .filter(range -> range.getName().equals(feature))
                .mapToInt(FeatureRange::getMaxLevel)
                .findFirst()
                .orElse(0);
    }

    private static Json.Obj toJson(Feature feature) {
        return Json.object()
                .put("feature", feature.name)
                .put("level", feature.level)
                .put("newest", feature.newest)
                .put("brokersThatCannot", feature.behind);
    }
}
