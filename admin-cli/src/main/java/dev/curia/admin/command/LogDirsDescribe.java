package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.BrokerClient;
import dev.curia.admin.client.BrokerClient.Ask;
import dev.curia.admin.client.Channels;
import dev.curia.admin.client.ClusterException;
import dev.curia.admin.view.Sizes;
import dev.curia.common.text.Json;
import dev.curia.common.text.Table;
import dev.curia.proto.broker.v1.DescribeLogDirsRequest;
import dev.curia.proto.broker.v1.DescribeLogDirsResponse;
import dev.curia.proto.broker.v1.HeldReplica;
import dev.curia.proto.broker.v1.LogDirDescription;
import dev.curia.proto.common.v1.ErrorCode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code curia log-dirs describe}. */
@Command(
        name = "describe",
        description =
                "Show each broker's log directories: their size, what is free, what lies there and what moves there.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  curia log-dirs describe",
            "  curia log-dirs describe --broker 1,2 --topic orders --replicas",
            "  curia log-dirs describe --json"
        })
final class LogDirsDescribe extends ViewCommand {
    @Option(
            names = {"--broker", "--broker-list"},
            split = ",",
            paramLabel = "BROKER[,...]",
            description = "Only of these brokers; without it of all that are alive.")
    private List<Integer> brokers = List.of();

    @Option(
            names = {"--topic", "--topic-list"},
            split = ",",
            paramLabel = "TOPIC[,...]",
            description = "Count only replicas of these topics.")
    private List<String> topics = List.of();

    @Option(names = "--replicas", description = "List each replica.")
    private boolean replicas;

    LogDirsDescribe(CuriaCommand curia) {
        super(curia);
    }

    /** One directory of one broker, with the replicas that were asked for. */
    private record Dir(int broker, LogDirDescription directory, List<HeldReplica> replicas) {
        private static final Comparator<HeldReplica> ORDER =
                Comparator.comparing(HeldReplica::getTopic).thenComparing(HeldReplica::getPartition);

        static Dir of(int broker, LogDirDescription directory, List<String> topics) {
            return new Dir(
                    broker,
                    directory,
                    directory.getReplicasList().stream()
                            .filter(held -> topics.isEmpty() || topics.contains(held.getTopic()))
                            .sorted(ORDER)
                            .toList());
        }

        long coming() {
            return replicas.stream().filter(HeldReplica::getComing).count();
        }

        long bytes() {
            return replicas.stream().mapToLong(HeldReplica::getSizeBytes).sum();
        }
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        BrokerClient client = new BrokerClient(admin, channels, curia.timeout(), curia.clock());
        List<Dir> all = new ArrayList<>();
        for (int broker : brokers.isEmpty() ? client.alive() : brokers) {
            directories(client, broker).forEach(directory -> all.add(Dir.of(broker, directory, topics)));
        }
        if (curia.structured())
            curia.print(curia.data(all.stream().map(LogDirsDescribe::toJson).toList()));
        else if (all.isEmpty()) curia.print("No broker is alive.\n");
        else curia.print(replicas ? replicas(all) : directories(all));
        return ExitCode.OK;
    }

    static List<LogDirDescription> directories(BrokerClient client, int broker) {
        String what = "describe log directories of broker " + broker;
        DescribeLogDirsResponse response = client.of(
                broker, Ask.read(what, stub -> stub.describeLogDirs(DescribeLogDirsRequest.getDefaultInstance())));
        if (response.getStatus().getCode() != ErrorCode.NONE) {
            throw new ClusterException(
                    ClusterException.Kind.REFUSED,
                    "cannot " + what + ": " + response.getStatus().getMessage());
        }
        return response.getLogDirsList();
    }

    private static String directories(List<Dir> all) {
        Table table = new Table("BROKER", "DIRECTORY", "STATE", "REPLICAS", "COMING", "SIZE", "FREE", "TOTAL")
                .alignRight("REPLICAS")
                .alignRight("COMING")
                .alignRight("SIZE")
                .alignRight("FREE")
                .alignRight("TOTAL");
        for (Dir dir : all) {
            table.row(
                    dir.broker,
                    dir.directory.getPath(),
                    state(dir),
                    dir.replicas.size() - dir.coming(),
                    dir.coming(),
                    Sizes.of(dir.bytes()),
                    Sizes.of(dir.directory.getUsableBytes()),
                    Sizes.of(dir.directory.getTotalBytes()));
        }
        return table.render();
    }

    private static String replicas(List<Dir> all) {
        Table table = new Table("BROKER", "DIRECTORY", "TOPIC", "PARTITION", "SIZE", "LAG", "STATE")
                .alignRight("SIZE")
                .alignRight("LAG");
        for (Dir dir : all) {
            for (HeldReplica held : dir.replicas) {
                table.row(
                        dir.broker,
                        dir.directory.getPath(),
                        held.getTopic(),
                        held.getPartition(),
                        Sizes.of(held.getSizeBytes()),
                        held.getComing() ? held.getOffsetLag() : "-",
                        held.getComing() ? "moving" : "ok");
            }
        }
        return table.render();
    }

    private static String state(Dir dir) {
        return dir.directory.getOnline() ? "online" : "offline";
    }

    private static Json.Obj toJson(Dir dir) {
        return Json.object()
                .put("brokerId", dir.broker)
                .put("path", dir.directory.getPath())
                .put("state", state(dir))
                .put("totalBytes", dir.directory.getTotalBytes())
                .put("usableBytes", dir.directory.getUsableBytes())
                .put("sizeBytes", dir.bytes())
                .put(
                        "replicas",
                        dir.replicas.stream()
                                .map(held -> Json.object()
                                        .put("topic", held.getTopic())
                                        .put("partition", held.getPartition())
                                        .put("sizeBytes", held.getSizeBytes())
                                        .put("coming", held.getComing())
                                        .put("offsetLag", held.getOffsetLag()))
                                .toList());
    }
}
