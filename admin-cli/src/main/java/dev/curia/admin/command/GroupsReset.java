package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.admin.client.ClusterException;
import dev.curia.admin.client.GroupClient;
import dev.curia.admin.client.PartitionOffsets;
import dev.curia.proto.group.v1.DescribeGroupResponse;
import dev.curia.proto.group.v1.GroupOffset;
import dev.curia.proto.group.v1.ResetOffsetsRequest;
import dev.curia.proto.group.v1.ResetOffsetsResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code curia groups reset}. */
@Command(
        name = "reset",
        description =
                "Set the offsets of a group that nobody is in. What they were is kept: 'curia groups undo' takes it back.",
        sortOptions = false,
        footerHeading = "%n",
        footer = {
            "Offsets stay between the first and the next one of their partition. Refused while somebody is in the group.",
            "",
            "Examples:",
            "  curia groups reset billing --to-earliest --dry-run",
            "  curia groups reset billing --to-datetime 2026-05-01T10:00:00Z --topic orders --topic payments:0,3",
            "  curia groups reset billing --by-duration 2h",
            "  curia groups reset billing --shift-by -100"
        })
final class GroupsReset extends AdminCommand {
    @Parameters(index = "0", paramLabel = "GROUP", description = "Its id; with --topic it need not exist yet.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String group;

    /** Where to: exactly one. */
    static final class Where {
        @Option(names = "--to-earliest", description = "To the first record kept.")
        boolean earliest;

        @Option(names = "--to-latest", description = "To the end.")
        boolean latest;

        @Option(names = "--to-offset", paramLabel = "N", description = "To this offset, in each partition.")
        @Nullable
        Long offset;

        @Option(
                names = "--to-datetime",
                paramLabel = "TIME",
                description = "To the first record of this time or later, such as 2026-05-01T10:00:00Z.")
        @Nullable
        String datetime;

        @Option(
                names = "--by-duration",
                paramLabel = "DURATION",
                description = "To the first record that is at most so old: 90s, 15m, 2h, 3d, or as in PT1H30M.")
        @Nullable
        String duration;

        @Option(
                names = "--shift-by",
                paramLabel = "N",
                description = "So many offsets on from what is committed, or back when negative.")
        @Nullable
        Long shift;
    }

    @ArgGroup(exclusive = true, multiplicity = "1", heading = "Where to:%n")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Where where;

    @Option(
            names = "--topic",
            paramLabel = "TOPIC[:P,...]",
            description =
                    "Only this topic, or these partitions of it; may be repeated. Default: all that the group has offsets of.")
    private List<String> topics = List.of();

    @Option(names = "--dry-run", description = "Only show what would change.")
    private boolean dryRun;

    GroupsReset(CuriaCommand curia) {
        super(curia);
    }

    /** Finds the offset to set in one partition. */
    private interface Rule {
        /** @param committed null: none */
        long target(String topic, int partition, @Nullable Long committed);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        SortedMap<String, List<Integer>> named = named();
        GroupClient groups = new GroupClient(admin, channels, curia.timeout(), curia.clock());
        ResetOffsetsRequest.Builder request =
                ResetOffsetsRequest.newBuilder().setGroup(group).setValidateOnly(dryRun);
        try (PartitionOffsets offsets = new PartitionOffsets(admin, channels, curia.timeout(), curia.clock())) {
            Rule rule = rule(offsets, request);
            Map<String, Long> committed = new HashMap<>();
            SortedMap<String, SortedSet<Integer>> chosen = chosen(named, groups, offsets, committed);
            chosen.forEach((topic, partitions) ->
                    partitions.forEach(partition -> request.addTargets(ResetOffsetsRequest.Target.newBuilder()
                            .setTopic(topic)
                            .setPartition(partition)
                            .setOffset(rule.target(topic, partition, committed.get(topic + "-" + partition))))));
        }
        if (request.getTargetsCount() == 0) {
            throw new ClusterException(
                    ClusterException.Kind.REFUSED,
                    "cannot reset the offsets of group " + group + ": it has none. Name topics with --topic.");
        }
        show(groups.reset(request.build()));
        return ExitCode.OK;
    }

    private void show(ResetOffsetsResponse response) {
        if (curia.structured()) {
            curia.print(curia.data(OffsetChanges.toJson(group, response, dryRun)));
            return;
        }
        if (dryRun) curia.print("Would set the offsets of group " + group + ":\n");
        else if (response.getNumber() < 0) curia.print("The offsets of group " + group + " are there already:\n");
        else
            curia.print("Set the offsets of group " + group + " (reset " + response.getNumber()
                    + "; 'curia groups undo " + group + "' takes it back):\n");
        curia.print(OffsetChanges.table(response));
    }

    /** Topics with the partitions that are named; none: all. */
    private SortedMap<String, List<Integer>> named() {
        SortedMap<String, List<Integer>> named = new TreeMap<>();
        for (String text : topics) {
            if (!text.matches("[^:]+(:\\d{1,9}(,\\d{1,9})*)?")) {
                throw curia.usage("Invalid value '" + text
                        + "' for option '--topic': expected TOPIC, or TOPIC:P,... with numbers of partitions.");
            }
            int colon = text.indexOf(':');
            List<Integer> partitions = new ArrayList<>();
            if (colon >= 0) {
                for (String number : text.substring(colon + 1).split(",", -1)) partitions.add(Integer.valueOf(number));
            }
            String topic = colon < 0 ? text : text.substring(0, colon);
            List<Integer> before = named.putIfAbsent(topic, partitions);
            if (before == null) continue;
            if (before.isEmpty() || partitions.isEmpty()) throw curia.usage("--topic names " + topic + " twice.");
            before.addAll(partitions);
        }
        return named;
    }

    /** @param committed gets the offsets that the group has, by topic-partition */
    private SortedMap<String, SortedSet<Integer>> chosen(
            SortedMap<String, List<Integer>> named,
            GroupClient groups,
            PartitionOffsets offsets,
            Map<String, Long> committed) {
        SortedMap<String, SortedSet<Integer>> chosen = new TreeMap<>();
        if (named.isEmpty() || where.shift != null) {
            DescribeGroupResponse found = groups.describe(group);
            for (GroupOffset offset : found.getOffsetsList()) {
                committed.put(offset.getTopic() + "-" + offset.getPartition(), offset.getOffset());
                if (!named.isEmpty()) continue;
                offsets.check(offset.getTopic(), offset.getPartition());
                chosen.computeIfAbsent(offset.getTopic(), name -> new TreeSet<>())
                        .add(offset.getPartition());
            }
        }
        named.forEach((topic, partitions) -> {
            partitions.forEach(partition -> offsets.check(topic, partition));
            chosen.put(topic, new TreeSet<>(partitions.isEmpty() ? offsets.partitions(topic) : partitions));
        });
        return chosen;
    }

    /** @param request is told how */
    private Rule rule(PartitionOffsets offsets, ResetOffsetsRequest.Builder request) {
        if (where.earliest) {
            request.setHow("to earliest");
            return (topic, partition, committed) -> offsets.earliest(topic, partition);
        }
        if (where.latest) {
            request.setHow("to latest");
            return (topic, partition, committed) -> offsets.latest(topic, partition);
        }
        if (where.offset != null) {
            long to = where.offset;
            if (to < 0) throw curia.usage("Invalid value '" + to + "' for option '--to-offset': expected 0 or more.");
            request.setHow("to offset " + to);
            return (topic, partition, committed) -> within(offsets, topic, partition, to);
        }
        if (where.shift != null) {
            long by = where.shift;
            request.setHow("by " + by);
            return (topic, partition, committed) -> {
                if (committed == null) {
                    throw new ClusterException(
                            ClusterException.Kind.REFUSED,
                            "cannot shift the offset of group " + group + " in " + topic + "-" + partition
                                    + ": it has none there. Leave that partition out with --topic.");
                }
                return within(offsets, topic, partition, committed + by);
            };
        }
        long time = time();
        request.setHow("to " + Instant.ofEpochMilli(time));
        return (topic, partition, committed) -> offsets.atTime(topic, partition, time);
    }

    private long time() {
        String option = where.datetime == null ? "--by-duration" : "--to-datetime";
        String text = String.valueOf(where.datetime == null ? where.duration : where.datetime);
        try {
            long now = curia.clock().wallMillis();
            return where.datetime == null ? now - Times.duration(text).toMillis() : Times.parse(text, now);
        } catch (IllegalArgumentException e) {
            throw curia.usage("Invalid value '" + text + "' for option '" + option + "': " + e.getMessage());
        }
    }

    private static long within(PartitionOffsets offsets, String topic, int partition, long offset) {
        return Math.max(offsets.earliest(topic, partition), Math.min(offset, offsets.latest(topic, partition)));
    }
}
