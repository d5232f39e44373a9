package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.BrokerClient;
import dev.curia.admin.client.BrokerClient.Ask;
import dev.curia.admin.client.Channels;
import dev.curia.admin.client.ClusterException;
import dev.curia.common.text.Json;
import dev.curia.proto.broker.v1.MoveReplicasRequest;
import dev.curia.proto.broker.v1.MoveReplicasRequest.Move;
import dev.curia.proto.broker.v1.MoveReplicasResponse;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code curia log-dirs move}. */
@Command(
        name = "move",
        description = {
            "Begin to move a broker's replicas of a topic to another of its log directories.",
            "They go on serving meanwhile; 'curia log-dirs describe --replicas --watch' shows how far they are. Moving one back to where it"
                    + " lies ends its move."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  curia log-dirs move orders -p 0 -p 3 --broker 1 --to /data2/curia",
            "  curia log-dirs move orders --broker 1 --to /data2/curia"
        })
final class LogDirsMove extends AdminCommand {
    @Parameters(paramLabel = "TOPIC", description = "Name of a topic.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String topic;

    @Option(
            names = {"-p", "--partition"},
            paramLabel = "P",
            description = "Only this partition; may be repeated. Without it all that the broker holds.")
    private List<Integer> partitions = List.of();

    @Option(names = "--broker", required = true, paramLabel = "BROKER", description = "Id of the broker.")
    private int broker;

    @Option(
            names = {"--to", "--log-dir"},
            required = true,
            paramLabel = "DIRECTORY",
            description = "One of its log.dirs, as 'curia log-dirs describe' shows it.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String directory;

    LogDirsMove(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        BrokerClient client = new BrokerClient(admin, channels, curia.timeout(), curia.clock());
        List<Integer> moved = partitions.isEmpty() ? held(client) : partitions;
        MoveReplicasRequest request = MoveReplicasRequest.newBuilder()
                .addAllMoves(moved.stream()
                        .map(partition -> Move.newBuilder()
                                .setTopic(topic)
                                .setPartition(partition)
                                .setLogDir(directory)
                                .build())
                        .toList())
                .build();
        String what = "move replicas of topic " + topic + " on broker " + broker + " to " + directory;
        MoveReplicasResponse response = client.of(broker, Ask.change(what, stub -> stub.moveReplicas(request)));
        List<Json.Obj> results = new ArrayList<>();
        boolean failed = false;
        for (int i = 0; i < moved.size(); i++) {
            failed |= !report(moved.get(i), response.getStatuses(i));
            results.add(Json.object()
                    .put("topic", topic)
                    .put("partition", moved.get(i))
                    .put("error", response.getStatuses(i).getCode())
                    .put("message", response.getStatuses(i).getMessage()));
        }
        if (curia.structured()) curia.print(curia.data(results));
        return failed ? ExitCode.REFUSED : ExitCode.OK;
    }

    /** @return whether it is done */
    private boolean report(int partition, Status status) {
        String replica = topic + "-" + partition;
        if (status.getCode() == ErrorCode.NONE) {
            if (!curia.structured())
                curia.print("Replica " + replica + " of broker " + broker + " moves to " + directory + ".\n");
            return true;
        }
        curia.terminal()
                .err()
                .println("curia: cannot move " + replica + " of broker " + broker + ": " + status.getMessage()
                        + " 'curia log-dirs describe --broker " + broker + "' shows what there is. ("
                        + status.getCode() + ")");
        return false;
    }

    private List<Integer> held(BrokerClient client) {
        List<Integer> held = LogDirsDescribe.directories(client, broker).stream()
                .flatMap(dir -> dir.getReplicasList().stream())
                .filter(replica -> replica.getTopic().equals(topic) && !replica.getComing())
                .map(replica -> replica.getPartition())
                .sorted()
                .toList();
        if (held.isEmpty()) {
            throw new ClusterException(
                    ClusterException.Kind.REFUSED,
                    "broker " + broker + " has no replica of topic " + topic + ". 'curia topics describe " + topic
                            + "' shows who has.");
        }
        return held;
    }
}
