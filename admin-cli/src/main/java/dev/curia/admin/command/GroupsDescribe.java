package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.admin.client.ClusterException;
import dev.curia.admin.client.GroupClient;
import dev.curia.admin.client.PartitionOffsets;
import dev.curia.common.text.Json;
import dev.curia.common.text.Table;
import dev.curia.proto.data.v1.LocateReadersResponse.Place;
import dev.curia.proto.group.v1.DescribeGroupResponse;
import dev.curia.proto.group.v1.GroupMember;
import dev.curia.proto.group.v1.GroupOffset;
import dev.curia.proto.group.v1.GroupPartition;
import dev.curia.proto.group.v1.KeptReset;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code curia groups describe}. */
@Command(
        name = "describe",
        description = "Show a group: who is in it, how far it has read, and which resets can be taken back.",
        sortOptions = false,
        footerHeading = "%n",
        footer = {
            "LAG is how many offsets lie between what is committed and the end: records, unless some are compacted away or of aborted",
            "transactions. BEHIND is how old the oldest record is that was not read, LEFT how long retention keeps it at least; with LEFT",
            "\"gone\" records were dropped unread.",
            "",
            "Examples:",
            "  curia groups describe billing",
            "  curia groups describe billing --json | jq '[.offsets[].lag] | add'"
        })
final class GroupsDescribe extends ViewCommand {
    @Parameters(index = "0", paramLabel = "GROUP", description = "Its id.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String group;

    GroupsDescribe(CuriaCommand curia) {
        super(curia);
    }

    /** @param place empty: its topic is gone */
    private record Row(GroupOffset committed, Optional<Place> place, long nowMs, String owner) {
        OptionalLong end() {
            return place.map(at -> OptionalLong.of(at.getEndOffset())).orElse(OptionalLong.empty());
        }

        OptionalLong lag() {
            OptionalLong end = end();
            return end.isEmpty() ? end : OptionalLong.of(Math.max(0, end.getAsLong() - committed.getOffset()));
        }

        /** How old the oldest unread record is, 0 when all is read; empty: nobody knows. */
        Optional<Duration> behind() {
            if (lag().isEmpty()) return Optional.empty();
            if (lag().getAsLong() == 0) return Optional.of(Duration.ZERO);
            return place.filter(at -> at.getOldestUnreadMs() >= 0)
                    .map(at -> Duration.ofMillis(Math.max(0, nowMs - at.getOldestUnreadMs())));
        }

        /** How long the oldest unread record stays at least; empty: for ever, or all is read. */
        Optional<Duration> left() {
            return place.filter(at -> at.getRetentionLeftMs() >= 0)
                    .map(at -> Duration.ofMillis(at.getRetentionLeftMs()));
        }

        boolean lostSome() {
            return place.filter(at -> committed.getOffset() < at.getLogStartOffset())
                    .isPresent();
        }
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        DescribeGroupResponse found = new GroupClient(admin, channels, curia.timeout(), curia.clock()).describe(group);
        List<Row> rows;
        try (PartitionOffsets ends = new PartitionOffsets(admin, channels, curia.timeout(), curia.clock())) {
            rows = rows(found, ends, curia.clock().wallMillis());
        }
        curia.print(curia.structured() ? curia.data(toJson(found, rows)) : toText(found, rows));
        return ExitCode.OK;
    }

    private static List<Row> rows(DescribeGroupResponse found, PartitionOffsets ends, long nowMs) {
        Map<String, String> owners = new HashMap<>();
        for (GroupMember member : found.getMembersList()) {
            for (GroupPartition partition : member.getAssignedList()) {
                owners.put(partition.getTopic() + "-" + partition.getPartition(), member.getMemberId());
            }
        }
        List<Row> rows = new ArrayList<>();
        found.getOffsetsList().stream()
                .sorted(Comparator.comparing(GroupOffset::getTopic).thenComparing(GroupOffset::getPartition))
                .forEach(offset -> rows.add(new Row(
                        offset,
                        place(ends, offset),
                        nowMs,
                        owners.getOrDefault(offset.getTopic() + "-" + offset.getPartition(), "-"))));
        return rows;
    }

    private static Optional<Place> place(PartitionOffsets ends, GroupOffset offset) {
        try {
            ends.check(offset.getTopic(), offset.getPartition());
        } catch (ClusterException e) {
            if (e.kind() == ClusterException.Kind.REFUSED) return Optional.empty();
            throw e;
        }
        return Optional.of(ends.place(offset.getTopic(), offset.getPartition(), offset.getOffset()));
    }

    private static String toText(DescribeGroupResponse found, List<Row> rows) {
        StringBuilder text = new StringBuilder();
        text.append("Group:     ").append(found.getGroup().getGroup()).append('\n');
        text.append("State:     ").append(found.getGroup().getState()).append('\n');
        text.append("Type:      ").append(found.getGroup().getType()).append('\n');
        if (!found.getAssignor().isEmpty())
            text.append("Assignor:  ").append(found.getAssignor()).append('\n');
        text.append("Lag:       ")
                .append(rows.stream().mapToLong(row -> row.lag().orElse(0)).sum())
                .append(rows.stream()
                        .map(Row::behind)
                        .flatMap(Optional::stream)
                        .max(Comparator.naturalOrder())
                        .filter(most -> !most.isZero())
                        .map(most -> ", " + Times.rough(most) + " behind")
                        .orElse(""))
                .append('\n');
        if (found.getMembersCount() > 0) {
            Table members = new Table("MEMBER", "CLIENT", "HOST", "PARTITIONS");
            found.getMembersList()
                    .forEach(member -> members.row(
                            member.getMemberId(), member.getClientId(), member.getClientHost(), partitions(member)));
            text.append('\n').append(members.render());
        }
        if (!rows.isEmpty()) {
            Table offsets = new Table("TOPIC", "PARTITION", "COMMITTED", "END", "LAG", "BEHIND", "LEFT", "MEMBER")
                    .alignRight("COMMITTED")
                    .alignRight("END")
                    .alignRight("LAG")
                    .alignRight("BEHIND")
                    .alignRight("LEFT");
            rows.forEach(row -> offsets.row(
                    row.committed.getTopic(),
                    row.committed.getPartition(),
                    row.committed.getOffset(),
                    cell(row.end()),
                    cell(row.lag()),
                    row.behind().map(Times::rough).orElse("-"),
                    row.lostSome() ? "gone" : row.left().map(Times::rough).orElse("-"),
                    row.owner));
            text.append('\n').append(offsets.render());
        }
        if (found.getResetsCount() > 0) {
            Table resets = new Table("RESET", "AT", "PARTITIONS", "HOW");
            for (KeptReset reset : found.getResetsList()) {
                resets.row(
                        reset.getNumber(),
                        Instant.ofEpochMilli(reset.getAtMs()),
                        reset.getPartitions(),
                        reset.getHow());
            }
            text.append('\n').append(resets.render());
        }
        return text.toString();
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1e3;
    }

    private static String cell(OptionalLong value) {
        return value.isPresent() ? Long.toString(value.getAsLong()) : "-";
    }

    private static String partitions(GroupMember member) {
        if (member.getAssignedCount() == 0) return "-";
        return member.getAssignedList().stream()
                .map(partition -> partition.getTopic() + "-" + partition.getPartition())
                .sorted()
                .collect(Collectors.joining(","));
    }

    private static Json.Obj toJson(DescribeGroupResponse found, List<Row> rows) {
        return GroupsList.toJson(found.getGroup())
                .put("assignor", found.getAssignor())
                .put(
                        "members",
                        found.getMembersList().stream()
                                .map(member -> Json.object()
                                        .put("memberId", member.getMemberId())
                                        .put(
                                                "instanceId",
                                                member.getInstanceId().isEmpty() ? null : member.getInstanceId())
                                        .put("clientId", member.getClientId())
                                        .put("host", member.getClientHost())
                                        .put(
                                                "partitions",
                                                member.getAssignedList().stream()
                                                        .map(partition ->
                                                                partition.getTopic() + "-" + partition.getPartition())
                                                        .sorted()
                                                        .toList()))
                                .toList())
                .put("offsets", rows.stream().map(GroupsDescribe::toJson).toList())
                .put(
                        "resets",
                        found.getResetsList().stream()
                                .map(reset -> Json.object()
                                        .put("number", reset.getNumber())
                                        .put(
                                                "at",
                                                Instant.ofEpochMilli(reset.getAtMs())
                                                        .toString())
                                        .put("how", reset.getHow())
                                        .put("partitions", reset.getPartitions()))
                                .toList());
    }

    private static Json.Obj toJson(Row row) {
        return Json.object()
                .put("topic", row.committed.getTopic())
                .put("partition", row.committed.getPartition())
                .put("committed", row.committed.getOffset())
                .put(
                        "committedAt",
                        Instant.ofEpochMilli(row.committed.getCommitTimestampMs())
                                .toString())
                .put("end", row.end().isPresent() ? row.end().getAsLong() : null)
                .put("lag", row.lag().isPresent() ? row.lag().getAsLong() : null)
                .put("lagSeconds", row.behind().map(GroupsDescribe::seconds).orElse(null))
                .put(
                        "retentionLeftSeconds",
                        row.left().map(GroupsDescribe::seconds).orElse(null))
                .put("lostUnread", row.lostSome())
                .put("member", row.owner.equals("-") ? null : row.owner);
    }
}
