package dev.curia.admin.command;

import dev.curia.common.text.Json;
import dev.curia.common.text.Table;
import dev.curia.proto.group.v1.ResetOffsetsResponse;
import dev.curia.proto.group.v1.ResetOffsetsResponse.Change;
import java.util.Comparator;
import java.util.List;

/** Shows how offsets change, or have changed. Stateless. */
final class OffsetChanges {
    private OffsetChanges() {}

    private static List<Change> sorted(ResetOffsetsResponse response) {
        return response.getChangesList().stream()
                .sorted(Comparator.comparing(Change::getTopic).thenComparing(Change::getPartition))
                .toList();
    }

    static String table(ResetOffsetsResponse response) {
        Table table = new Table("TOPIC", "PARTITION", "FROM", "TO", "BY")
                .alignRight("FROM")
                .alignRight("TO")
                .alignRight("BY");
        for (Change change : sorted(response)) {
            table.row(
                    change.getTopic(), change.getPartition(), cell(change.getFrom()), cell(change.getTo()), by(change));
        }
        return table.render();
    }

    private static String by(Change change) {
        if (change.getFrom() < 0 || change.getTo() < 0) return "-";
        long by = change.getTo() - change.getFrom();
        return by > 0 ? "+" + by : Long.toString(by);
    }

    private static String cell(long offset) {
        return offset < 0 ? "none" : Long.toString(offset);
    }

    static Json.Obj toJson(String group, ResetOffsetsResponse response, boolean dryRun) {
        return Json.object()
                .put("group", group)
                .put("dryRun", dryRun)
                .put("reset", response.getNumber() < 0 ? null : response.getNumber())
                .put("how", response.getHow())
                .put(
                        "changes",
                        sorted(response).stream()
                                .map(change -> Json.object()
                                        .put("topic", change.getTopic())
                                        .put("partition", change.getPartition())
                                        .put("from", change.getFrom() < 0 ? null : change.getFrom())
                                        .put("to", change.getTo() < 0 ? null : change.getTo()))
                                .toList());
    }
}
