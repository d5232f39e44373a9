package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.common.text.Json;
import dev.curia.common.text.Table;
import dev.curia.proto.admin.v1.ListReassignmentsRequest;
import dev.curia.proto.admin.v1.OngoingReassignment;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code curia partitions moves}. */
@Command(
        name = "moves",
        description = "Show the partitions that move to other brokers, and which of the new replicas are in sync.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {"  curia partitions moves"})
final class PartitionsMoves extends ViewCommand {
    PartitionsMoves(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        List<OngoingReassignment> moves = admin.read(
                        "list moves of partitions",
                        stub -> stub.listReassignments(ListReassignmentsRequest.getDefaultInstance()))
                .getPartitionsList();
        if (curia.structured()) {
            curia.print(curia.data(moves.stream().map(PartitionsMoves::toJson).toList()));
            return ExitCode.OK;
        }
        if (moves.isEmpty()) {
            curia.print("No partition moves.\n");
            return ExitCode.OK;
        }
        Table table = new Table("TOPIC", "PARTITION", "FROM", "TO", "IN-SYNC", "WAITS FOR", "THROTTLE");
        for (OngoingReassignment move : moves) {
            table.row(
                    move.getTopic(),
                    move.getPartition(),
                    TopicNames.ids(without(move.getReplicasList(), move.getAddingList())),
                    TopicNames.ids(without(move.getReplicasList(), move.getRemovingList())),
                    TopicNames.ids(move.getIsrList()),
                    TopicNames.ids(without(move.getAddingList(), move.getIsrList())),
                    move.getBytesPerSecond() == 0 ? "-" : move.getBytesPerSecond() + " B/s");
        }
        curia.print(table.render());
        return ExitCode.OK;
    }

    private static Json.Obj toJson(OngoingReassignment move) {
        return Json.object()
                .put("topic", move.getTopic())
                .put("partition", move.getPartition())
                .put("replicas", move.getReplicasList())
                .put("adding", move.getAddingList())
                .put("removing", move.getRemovingList())
                .put("isr", move.getIsrList())
                .put("bytesPerSecond", move.getBytesPerSecond() == 0 ? null : move.getBytesPerSecond());
    }

    private static List<Integer> without(List<Integer> ids, List<Integer> others) {
        return ids.stream().filter(id -> !others.contains(id)).toList();
    }
}
