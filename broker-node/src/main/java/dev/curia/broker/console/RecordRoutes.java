package dev.curia.broker.console;

import dev.curia.broker.http.Reply;
import dev.curia.common.time.Clock;
import dev.curia.proto.admin.v1.PartitionDescription;
import dev.curia.proto.admin.v1.TopicDescription;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.data.v1.Isolation;
import dev.curia.proto.data.v1.ListOffsetsRequest;
import dev.curia.proto.data.v1.ListOffsetsResponse;
import dev.curia.proto.data.v1.LocateReadersResponse.Place;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;

/** Records of topics, for those who may see them. Thread-safe. */
final class RecordRoutes {
    private static final int MAX_PARTITIONS = 32;
    private static final int MAX_RECORDS = 500;
    private static final int MAX_BYTES = 1 << 20;
    private static final int SHOWN_BYTES = 4 << 10;
    private static final int READERS = 4;
    private static final int TAILS = 4;

    private static final String WHERE =
            "In which of its partitions; all if absent, and with `key` that in which Kafka's clients put it. A topic of more than "
                    + MAX_PARTITIONS + " needs one.";
    private static final List<Route.Parameter> FILTER = List.of(
            new Route.Parameter("partition", WHERE),
            new Route.Parameter("key", "Only records of just this key, as text."),
            new Route.Parameter("contains", "Only records with this text in their key or value."));

    private final ClusterReads reads;
    private final Cluster cluster;
    private final boolean enabled;
    private final Clock clock;
    private final Semaphore readers = new Semaphore(READERS);
    private final Semaphore tails = new Semaphore(TAILS);

    RecordRoutes(ClusterReads reads, boolean enabled, Clock clock) {
        this.reads = reads;
        this.cluster = new Cluster(reads);
        this.enabled = enabled;
        this.clock = clock;
    }

    List<Route> routes() {
        return List.of(
                Route.json(
                        "/topics/{topic}/records",
                        "Records that are committed; the newest, unless it is said where to begin. At most "
                                + RecordReader.MAX_SCANNED
                                + " are looked through in one request, and " + READERS
                                + " requests at once are answered. Needs `console.messages.enable`.",
                        "`records`, the newest first, or from the beginning on the oldest first, each with `partition`, `offset`, `timestampMs`, `key`,"
                                + " `value` (null: none) and `headers`: bytes as `text`, or as `base64` where they are no text, with `sizeBytes`, and"
                                + " `cut` when that is not all; `partitions`, each with `startOffset`, `endOffset`, `fromOffset`, `nextOffset` (where to go on)"
                                + " and `problem` (null: none); `scanned`, how many records were looked through",
                        parameters(
                                new Route.Parameter(
                                        "offset", "Where to begin: an offset, in all partitions that are read."),
                                new Route.Parameter(
                                        "timestampMs", "Where to begin: the first record at or after this time."),
                                new Route.Parameter("limit", "How many, from 1 to " + MAX_RECORDS + "; 50 if absent."),
                                new Route.Parameter(
                                        "bytes",
                                        "How much of a key or value, from 0 to " + MAX_BYTES + "; " + SHOWN_BYTES
                                                + " if absent.")),
                        query -> limited(readers, "requests for records", () -> read(query))),
                new Route(
                        "/topics/{topic}/tail",
                        "Records as they are committed, as server-sent events, until the client goes away or for some minutes. At most "
                                + TAILS + " at once. Needs `console.messages.enable`.",
                        "events `records`, with `records` as above and `skipped`, how many more came that are not shown; an event's id says how far each"
                                + " partition is, to go on there with `after`; `problem` with `error` at a failure, after which it ends",
                        parameters(new Route.Parameter("after", "Where to go on: the id of an event.")),
                        this::tail));
    }

    private static List<Route.Parameter> parameters(Route.Parameter... more) {
        return Stream.concat(FILTER.stream(), List.of(more).stream()).toList();
    }

    private interface Work<T> {
        T run();
    }

    private <T> T limited(Semaphore places, String what, Work<T> work) {
        checkEnabled();
        if (!places.tryAcquire()) throw new ConsoleException(429, "too many " + what + " at once, try again");
        try {
            return work.run();
        } finally {
            places.release();
        }
    }

    private void checkEnabled() {
        if (enabled) return;
        throw new ConsoleException(
                403,
                "this console shows no records: " + ConsoleConfigs.MESSAGES.name()
                        + "=true in the configuration of the node that serves it changes that");
    }

    private Object read(Query query) {
        TopicDescription topic = cluster.topic(query.required("topic"));
        RecordFilter filter = RecordFilter.of(query);
        List<PartitionDescription> partitions = partitions(topic, query);
        OptionalLong offset = query.number("offset", 0, Long.MAX_VALUE);
        OptionalLong time = query.number("timestampMs", 0, Long.MAX_VALUE);
        if (offset.isPresent() && time.isPresent())
            throw ConsoleException.badRequest("offset and timestampMs: give one");
        boolean newest = offset.isEmpty() && time.isEmpty();
        int limit = query.integer("limit", 1, MAX_RECORDS).orElse(50);
        int bytes = query.integer("bytes", 0, MAX_BYTES).orElse(SHOWN_BYTES);
        int back = filter.takesAll() ? limit : Math.max(limit, RecordReader.MAX_SCANNED / partitions.size());
        Map<Integer, Long> atTime = time.isPresent() ? atTime(topic, partitions, time.getAsLong()) : Map.of();
        List<RecordReader.Range> ranges = ranges(topic, partitions).stream()
                .map(range -> {
                    long from = newest ? range.end() - back : offset.orElse(0);
                    if (time.isPresent()) from = atTime.getOrDefault(range.partition(), range.end());
                    long within = Math.min(Math.max(range.start(), from), range.end());
                    return new RecordReader.Range(
                            range.partition(), range.leader(), within, range.start(), range.end());
                })
                .toList();
        try (RecordFeed feed = reads.feed()) {
            return new RecordReader(ranges, new RecordReader.Wanted(filter, limit, bytes, newest))
                    .read(topic.getName(), feed, clock);
        }
    }

    private List<PartitionDescription> partitions(TopicDescription topic, Query query) {
        int count = topic.getPartitionsCount();
        OptionalInt wanted = query.integer("partition", 0, Integer.MAX_VALUE);
        if (wanted.isEmpty() && query.text("key").isPresent()) {
            byte[] key = query.required("key").getBytes(StandardCharsets.UTF_8);
            wanted = OptionalInt.of(reads.partitionOf(key, count));
        }
        if (wanted.isEmpty() && count > MAX_PARTITIONS) {
            throw ConsoleException.badRequest("topic " + topic.getName() + " has " + count
                    + " partitions, and records of at most " + MAX_PARTITIONS + " are read at once: name one");
        }
        if (wanted.isEmpty()) return topic.getPartitionsList();
        int only = wanted.getAsInt();
        List<PartitionDescription> found = topic.getPartitionsList().stream()
                .filter(partition -> partition.getPartition() == only)
                .toList();
        if (found.isEmpty()) {
            throw ConsoleException.notFound(
                    "topic " + topic.getName() + " has no partition " + only + ": it has " + count);
        }
        return found;
    }

    /** With both ends, and the start as where to begin; of partitions whose leader does not answer without a leader. */
    private List<RecordReader.Range> ranges(TopicDescription topic, List<PartitionDescription> partitions) {
        List<Cluster.Position> starts = Cluster.starts(topic, partitions);
        Map<Cluster.Position, Place> places = cluster.places(starts);
        return starts.stream()
                .map(at -> {
                    Place place = places.get(at);
                    if (place == null) return new RecordReader.Range(at.partition(), -1, 0, 0, 0);
                    long start = place.getLogStartOffset();
                    return new RecordReader.Range(at.partition(), at.leader(), start, start, place.getEndOffset());
                })
                .toList();
    }

    /** The first offsets at or after a time, of the partitions that have any. */
    private Map<Integer, Long> atTime(TopicDescription topic, List<PartitionDescription> partitions, long timestampMs) {
        Map<Integer, CompletableFuture<ListOffsetsResponse>> asked = new LinkedHashMap<>();
        for (PartitionDescription partition : partitions) {
            if (partition.getLeader() < 0) continue;
            ListOffsetsRequest request = ListOffsetsRequest.newBuilder()
                    .setTopic(topic.getName())
                    .setPartition(partition.getPartition())
                    .setTimestampMs(timestampMs)
                    .setIsolation(Isolation.READ_COMMITTED)
                    .build();
            asked.put(partition.getPartition(), reads.offset(partition.getLeader(), request));
        }
        Map<Integer, Long> found = new LinkedHashMap<>();
        Waits.onAll(asked).answers().forEach((partition, answer) -> {
            boolean known = answer.getStatus().getCode() == ErrorCode.NONE && answer.getOffset() >= 0;
            if (known) found.put(partition, answer.getOffset());
        });
        return found;
    }

    private Reply tail(Query query) {
        checkEnabled();
        TopicDescription topic = cluster.topic(query.required("topic"));
        List<RecordReader.Range> ranges = ranges(topic, partitions(topic, query));
        Tail tail = new Tail(topic.getName(), RecordFilter.of(query), SHOWN_BYTES, clock);
        Map<Integer, Long> after = Tail.positions(query.text("after").orElse(""));
        return Reply.streaming("text/event-stream; charset=utf-8", out -> {
                    if (!tails.tryAcquire()) {
                        Tail.problem(out, "too many live tails at once: at most " + TAILS);
                        return;
                    }
                    try (RecordFeed feed = reads.feed()) {
                        tail.run(ranges, after, feed, out);
                    } finally {
                        tails.release();
                    }
                })
                .with("Cache-Control", "no-store");
    }
}
