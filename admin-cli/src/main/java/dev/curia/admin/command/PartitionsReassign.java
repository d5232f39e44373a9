package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.common.text.Json;
import dev.curia.proto.admin.v1.AlterReassignmentsRequest;
import dev.curia.proto.admin.v1.AlterReassignmentsResponse;
import dev.curia.proto.admin.v1.AlteredReassignment;
import dev.curia.proto.admin.v1.Reassignment;
import dev.curia.proto.common.v1.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code curia partitions reassign}. */
@Command(
        name = "reassign",
        description = {
            "Move partitions to other brokers, or stop that. The new replicas join those that are there; when all of them are in sync,"
                    + " the old ones go. 'curia partitions moves' shows what is under way."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  curia partitions reassign orders --partition 0 --replicas 4,5,1",
            "  curia partitions reassign orders -p 0 --replicas 4,5,1 --throttle 10000000",
            "  curia partitions reassign orders -p 0 -p 1 --cancel"
        })
final class PartitionsReassign extends AdminCommand {
    @Parameters(paramLabel = "TOPIC", description = "Name of a topic.")
    private String topic = "";

    @Option(
            names = {"-p", "--partition"},
            required = true,
            paramLabel = "NUMBER",
            description = "Number of a partition; may be repeated.")
    private List<Integer> partitions = List.of();

    @Option(
            names = "--replicas",
            paramLabel = "BROKERS",
            description =
                    "Brokers that shall hold it, preferred leader first, as 1,2,3. More or fewer than now change the"
                            + " replication factor.")
    private String replicas = "";

    @Option(
            names = "--throttle",
            paramLabel = "BYTES/S",
            description =
                    "What each leader sends at most, in bytes a second, to the new replicas of moves with this throttle until they are"
                            + " in sync. It ends with the move; given again it changes. Without it the cluster's default holds"
                            + " (curia.move.throttled.rate).")
    private @Nullable Long throttle;

    @Option(names = "--cancel", description = "Stop the move: go back to the replicas from before it.")
    private boolean cancel;

    PartitionsReassign(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        if (cancel != replicas.isEmpty()) throw curia.usage("Expected either --replicas or --cancel.");
        if (throttle != null && (cancel || throttle <= 0)) {
            throw curia.usage("--throttle goes with --replicas: expected more than 0 bytes a second.");
        }
        List<Integer> target = cancel ? List.of() : BrokerIds.parse(curia, "--replicas", replicas);
        AlterReassignmentsRequest.Builder request = AlterReassignmentsRequest.newBuilder();
        if (throttle != null) request.setBytesPerSecond(throttle);
        partitions.forEach(partition -> request.addPartitions(Reassignment.newBuilder()
                .setTopic(topic)
                .setPartition(partition)
                .addAllReplicas(target)));
        AdminClient.Answer<AlterReassignmentsResponse> answer =
                admin.change("move partitions of topic " + topic, stub -> stub.alterReassignments(request.build()));
        List<Object> json = new ArrayList<>();
        boolean failed = false;
        for (AlteredReassignment result : answer.response().getPartitionsList()) {
            failed |= !report(result);
            Json.Obj row = Json.object().put("topic", result.getTopic()).put("partition", result.getPartition());
            ErrorCode code = result.getStatus().getCode();
            json.add(
                    code == ErrorCode.NONE
                            ? row.put(cancel ? "cancelled" : "accepted", true)
                            : row.put("error", code)
                                    .put("message", result.getStatus().getMessage()));
        }
        if (curia.structured()) curia.print(curia.data(json));
        return failed ? ExitCode.REFUSED : ExitCode.OK;
    }

    /** @return whether it was accepted */
    private boolean report(AlteredReassignment result) {
        String name = result.getTopic() + "-" + result.getPartition();
        ErrorCode code = result.getStatus().getCode();
        if (code != ErrorCode.NONE) {
            curia.terminal()
                    .err()
                    .println("curia: cannot " + (cancel ? "stop the move of " : "move ") + name + ": "
                            + result.getStatus().getMessage() + " (" + code + ")");
            return false;
        }
        if (!curia.structured()) {
            curia.print(
                    cancel
                            ? "Partition " + name + " stays where it was.\n"
                            : "Partition " + name + " moves to brokers " + replicas + ".\n");
        }
        return true;
    }
}
