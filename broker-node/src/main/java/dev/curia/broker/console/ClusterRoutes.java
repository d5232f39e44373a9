package dev.curia.broker.console;

import dev.curia.common.text.Json;
import dev.curia.proto.admin.v1.ListEventsRequest;
import dev.curia.proto.broker.v1.DescribeConfigsRequest;
import dev.curia.proto.broker.v1.DescribeConfigsResponse;
import dev.curia.proto.broker.v1.DescribeLogDirsResponse;
import dev.curia.proto.broker.v1.HeldReplica;
import dev.curia.proto.broker.v1.LogDirDescription;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.events.v1.EventKind;
import java.util.Arrays;
import java.util.List;

/** The cluster, its brokers, its quorum and what happened. Thread-safe. */
final class ClusterRoutes {
    private static final int MAX_EVENTS = 1000;
    private static final List<EventKind> KINDS = Arrays.stream(EventKind.values())
            .filter(kind -> kind != EventKind.UNRECOGNIZED && kind != EventKind.EVENT_KIND_UNSPECIFIED)
            .toList();

    private final ClusterReads reads;
    private final Cluster cluster;
    private final Json.Obj self;

    /** @param self what the console tells of itself */
    ClusterRoutes(ClusterReads reads, Json.Obj self) {
        this.reads = reads;
        this.cluster = new Cluster(reads);
        this.self = self;
    }

    List<Route> routes() {
        return List.of(
                Route.json(
                        "/console",
                        "What this console is.",
                        "`nodeId` and `clusterId` of the node that serves it, and whether it shows records (`messages`)",
                        List.of(),
                        query -> self),
                Route.json(
                        "/cluster",
                        "The cluster at a glance: its brokers, and how many partitions are not as they should be.",
                        "DescribeClusterResponse",
                        List.of(),
                        query -> ProtoJson.of(Waits.on(reads.cluster()))),
                Route.json(
                        "/moves",
                        "Partitions that move between brokers now.",
                        "ListReassignmentsResponse",
                        List.of(),
                        query -> ProtoJson.of(Waits.on(reads.moves()))),
                Route.json(
                        "/quorum",
                        "The metadata quorum as its leader sees it, and what an operator should look at.",
                        "InspectQuorumResponse",
                        List.of(),
                        query -> ProtoJson.of(Waits.on(reads.quorum()))),
                Route.json(
                        "/events",
                        "The newest events of the journal that fit, oldest first.",
                        "ListEventsResponse",
                        List.of(
                                new Route.Parameter("topic", "Only those of this topic."),
                                new Route.Parameter("group", "Only those of this group."),
                                new Route.Parameter("broker", "Only those about this broker, or told by it: its id."),
                                new Route.Parameter("kind", "Only those of this kind, by its name."),
                                new Route.Parameter("sinceMs", "Only those at or after this time."),
                                new Route.Parameter("untilMs", "Only those before this time."),
                                new Route.Parameter(
                                        "limit", "How many at most, from 1 to " + MAX_EVENTS + "; 200 if absent.")),
                        query -> ProtoJson.of(Waits.on(reads.events(events(query))))),
                Route.json(
                        "/log-dirs",
                        "The log directories of all live brokers, with what lies in them in sum.",
                        "`brokers`, each with `brokerId` and `logDirs` of `path`, `online`, `totalBytes` and `usableBytes` of the file system (-1: unknown),"
                                + " `replicas`, `replicaBytes` and `moving`; `missing`, the live brokers that did not answer, each with `why`",
                        List.of(),
                        query -> logDirs()),
                Route.json(
                        "/brokers/{broker}/configs",
                        "A broker's settings in force, and where each is set. Secrets have no value.",
                        "DescribeConfigsResponse",
                        List.of(),
                        this::configs));
    }

    private static ListEventsRequest events(Query query) {
        ListEventsRequest.Builder request = ListEventsRequest.newBuilder()
                .setLimit(query.integer("limit", 1, MAX_EVENTS).orElse(200));
        query.text("topic").ifPresent(request::setTopic);
        query.text("group").ifPresent(request::setGroup);
        query.integer("broker", 0, Integer.MAX_VALUE).ifPresent(request::addBrokers);
        query.oneOf("kind", EventKind.class, KINDS).ifPresent(request::addKinds);
        query.number("sinceMs", 0, Long.MAX_VALUE).ifPresent(request::setSinceMs);
        query.number("untilMs", 0, Long.MAX_VALUE).ifPresent(request::setUntilMs);
        return request.build();
    }

    private Object logDirs() {
        Waits.All<DescribeLogDirsResponse> all =
                cluster.ofEach(broker -> reads.logDirs(broker).thenApply(answer -> {
                    if (answer.getStatus().getCode() == ErrorCode.NONE) return answer;
                    throw Cluster.refused(answer.getStatus(), "broker " + broker, "Describe");
                }));
        List<Json.Obj> brokers = all.answers().entrySet().stream()
                .map(entry -> Json.object()
                        .put("brokerId", entry.getKey())
                        .put(
                                "logDirs",
                                entry.getValue().getLogDirsList().stream()
                                        .map(ClusterRoutes::sum)
                                        .toList()))
                .toList();
        return Json.object().put("brokers", brokers).put("missing", all.missing());
    }

    private static Json.Obj sum(LogDirDescription directory) {
        List<HeldReplica> held = directory.getReplicasList();
        return Json.object()
                .put("path", directory.getPath())
                .put("online", directory.getOnline())
                .put("totalBytes", directory.getTotalBytes())
                .put("usableBytes", directory.getUsableBytes())
                .put("replicas", held.size())
                .put(
                        "replicaBytes",
                        held.stream().mapToLong(HeldReplica::getSizeBytes).sum())
                .put("moving", held.stream().filter(HeldReplica::getComing).count());
    }

    private Object configs(Query query) {
        int broker = query.integer("broker", 0, Integer.MAX_VALUE).orElseThrow();
        DescribeConfigsResponse answer = Waits.on(reads.configs(
                broker,
                DescribeConfigsRequest.newBuilder()
                        .setBroker(Integer.toString(broker))
                        .build()));
        if (answer.getStatus().getCode() != ErrorCode.NONE) {
            throw Cluster.refused(answer.getStatus(), "broker " + broker, "DescribeConfigs");
        }
        return ProtoJson.of(answer);
    }
}
