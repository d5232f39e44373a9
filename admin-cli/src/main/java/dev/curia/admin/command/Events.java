package dev.curia.admin.command;

import com.google.protobuf.ProtocolMessageEnum;
import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.common.text.Json;
import dev.curia.proto.admin.v1.EventPosition;
import dev.curia.proto.admin.v1.ListEventsRequest;
import dev.curia.proto.admin.v1.ListEventsResponse;
import dev.curia.proto.events.v1.CauseKind;
import dev.curia.proto.events.v1.Event;
import dev.curia.proto.events.v1.EventKind;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code curia events}. */
@Command(
        name = "events",
        description = {
            "Show what happened in the cluster, and why: changes of in-sync sets and leaders, brokers fenced and back, topics, moves,"
                    + " logs cut, replicas offline, groups rebalanced.",
            "Each quorum node keeps a journal of it (event.journal.max.events, event.journal.retention.ms)."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  curia events --since 1h",
            "  curia events --topic orders --partition 3 --kind isr_shrunk,leader_elected",
            "  curia events --broker 2 --follow",
            "  curia events --group billing --since 1d",
            "  curia events --since 2026-05-01T10:00:00Z --until 2026-05-01T11:00:00Z --json | jq -r .cause | sort | uniq -c"
        })
final class Events extends AdminCommand {
    private static final int PAGE = 1_000;
    private static final Duration POLL = Duration.ofMillis(300);

    @Option(names = "--topic", paramLabel = "NAME", description = "Only of this topic.")
    private String topic = "";

    @Option(
            names = {"-p", "--partition"},
            split = ",",
            paramLabel = "N[,...]",
            description = "Only of these partitions.")
    private List<Integer> partitions = List.of();

    @Option(
            names = "--broker",
            split = ",",
            paramLabel = "ID[,...]",
            description = "Only about these brokers, or told by them.")
    private List<Integer> brokers = List.of();

    @Option(names = "--group", paramLabel = "GROUP", description = "Only of this group.")
    private String group = "";

    @Option(
            names = "--kind",
            split = ",",
            paramLabel = "KIND[,...]",
            completionCandidates = Kinds.class,
            description = "Only these: ${COMPLETION-CANDIDATES}.")
    private List<EventKind> kinds = List.of();

    @Option(
            names = "--cause",
            split = ",",
            paramLabel = "CAUSE[,...]",
            completionCandidates = Causes.class,
            description = "Only for these causes: ${COMPLETION-CANDIDATES}.")
    private List<CauseKind> causes = List.of();

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Only from then on: 2026-05-01T10:00:00Z, or so long ago: 90s, 15m, 2h, 3d.")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "TIME", description = "Only before then; as for --since.")
    private @Nullable String until;

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            defaultValue = "100",
            description = "The newest so many (default: ${DEFAULT-VALUE}, at most 1000).")
    private int limit;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what happens from now on.")
    private boolean follow;

    /** For the help. */
    static final class Kinds implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return names(EventKind.values());
        }
    }

    /** For the help. */
    static final class Causes implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return names(CauseKind.values());
        }
    }

    private static <E extends Enum<E> & ProtocolMessageEnum> Iterator<String> names(E[] values) {
        return Stream.of(values)
                .filter(value -> !value.name().equals("UNRECOGNIZED") && value.getNumber() != 0)
                .map(value -> value.name().toLowerCase(Locale.ROOT))
                .iterator();
    }

    Events(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        ListEventsRequest.Builder request = request();
        ListEventsResponse page = list(admin, request);
        boolean shown = print(page.getEventsList());
        if (!follow && page.getMore() && !curia.structured()) {
            curia.terminal().err().println("Older events fit, too: --limit and --until show them.");
        }
        request.setLimit(PAGE);
        while (follow && shown) {
            EventPosition next = page.getNext();
            if (!page.getMore()) LockSupport.parkNanos(POLL.toNanos());
            page = list(admin, request.setAfter(next));
            shown = print(page.getEventsList());
        }
        return ExitCode.OK;
    }

    private ListEventsRequest.Builder request() {
        if (limit < 1 || limit > PAGE)
            throw curia.usage("Invalid value for option '--limit': expected 1 to " + PAGE + ".");
        if (kinds.contains(EventKind.UNRECOGNIZED) || causes.contains(CauseKind.UNRECOGNIZED)) {
            throw curia.usage("Invalid value 'UNRECOGNIZED': see --help for kinds and causes.");
        }
        if (follow && until != null) throw curia.usage("--follow goes on for ever: leave out --until.");
        ListEventsRequest.Builder request = ListEventsRequest.newBuilder()
                .setTopic(topic)
                .setGroup(group)
                .addAllPartitions(partitions)
                .addAllBrokers(brokers)
                .addAllKinds(kinds)
                .addAllCauses(causes)
                .setLimit(limit);
        if (since != null) request.setSinceMs(time("--since", since));
        if (until != null) request.setUntilMs(time("--until", until));
        return request;
    }

    private static ListEventsResponse list(AdminClient admin, ListEventsRequest.Builder request) {
        return admin.read("list events", stub -> stub.listEvents(request.build()));
    }

    private long time(String option, String text) {
        try {
            return Times.parse(text, curia.clock().wallMillis());
        } catch (IllegalArgumentException e) {
            throw curia.usage("Invalid value '" + text + "' for option '" + option + "': " + e.getMessage());
        }
    }

    /** @return false when nobody reads any more */
    private boolean print(List<Event> events) {
        for (Event event : events) {
            curia.terminal().out().print(curia.structured() ? curia.format().item(toJson(event)) : line(event));
        }
        curia.terminal().out().flush();
        return !curia.terminal().out().checkError();
    }

    private static String line(Event event) {
        StringBuilder line = new StringBuilder()
                .append(Instant.ofEpochMilli(event.getAtMs()))
                .append("  ")
                .append(String.format("%-16s", event.getKind()));
        if (!event.getTopic().isEmpty()) {
            line.append("  ").append(event.getTopic());
            if (event.getPartition() >= 0) line.append('-').append(event.getPartition());
        }
        if (!event.getGroup().isEmpty()) line.append("  group ").append(event.getGroup());
        if (event.getBrokersCount() > 0) {
            line.append("  broker ").append(TopicNames.ids(event.getBrokersList()));
        }
        line.append("  ").append(event.getCause()).append(": ").append(event.getText());
        if (event.hasRebalance()) {
            line.append(" (generation ").append(event.getRebalance().getGeneration());
            line.append(", ").append(event.getRebalance().getMembers()).append(" members, ");
            line.append(event.getRebalance().getDurationMs()).append(" ms)");
        }
        if (event.hasOffsets()) {
            line.append(" (offsets ").append(event.getOffsets().getFrom());
            line.append(" to ").append(event.getOffsets().getTo()).append(')');
        }
        if (event.getToldBy() >= 0) {
            line.append(" [told by broker ").append(event.getToldBy()).append(']');
        } else if (event.getPartition() >= 0) {
            line.append(" [leader ").append(event.getLeader() < 0 ? "none" : String.valueOf(event.getLeader()));
            line.append(", epoch ").append(event.getLeaderEpoch());
            line.append(", isr ").append(TopicNames.ids(event.getIsrList())).append(']');
        }
        return line.append('\n').toString();
    }

    private static Json.Obj toJson(Event event) {
        Json.Obj json = Json.object()
                .put("index", event.getIndex())
                .put("sequence", event.getSequence())
                .put("time", Instant.ofEpochMilli(event.getAtMs()).toString())
                .put("kind", event.getKind().name())
                .put("cause", event.getCause().name())
                .put("text", event.getText())
                .put("brokers", event.getBrokersList());
        if (!event.getTopic().isEmpty()) json.put("topic", event.getTopic());
        if (event.getPartition() >= 0) {
            json.put("partition", event.getPartition())
                    .put("leader", event.getLeader())
                    .put("leaderEpoch", event.getLeaderEpoch())
                    .put("partitionEpoch", event.getPartitionEpoch())
                    .put("isr", event.getIsrList());
        }
        if (!event.getGroup().isEmpty()) json.put("group", event.getGroup());
        if (event.hasRebalance()) {
            json.put("generation", event.getRebalance().getGeneration())
                    .put("members", event.getRebalance().getMembers())
                    .put("durationMs", event.getRebalance().getDurationMs());
        }
        if (event.getToldBy() >= 0) json.put("toldBy", event.getToldBy());
        if (event.hasOffsets()) {
            json.put("fromOffset", event.getOffsets().getFrom())
                    .put("toOffset", event.getOffsets().getTo())
                    .put("epoch", event.getOffsets().getEpoch());
        }
        return json;
    }
}
