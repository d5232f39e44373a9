package dev.curia.broker.console;

import dev.curia.common.text.Json;
import dev.curia.common.time.Clock;
import dev.curia.proto.data.v1.ConsumeRequest;
import dev.curia.proto.data.v1.Isolation;
import dev.curia.proto.data.v1.Record;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Records as they come, written as server-sent events. Used once, by one thread; blocks. */
final class Tail {
    private static final Duration LONGEST = Duration.ofMinutes(10);

    /** Between signs of life, by which it is noticed that a client is gone. */
    private static final Duration QUIET = Duration.ofSeconds(5);

    /** Of one message, the newest: nobody reads more as they fly by. */
    private static final int MAX_SHOWN = 100;

    private final String topic;
    private final RecordFilter filter;
    private final int bytes;
    private final Clock clock;
    private final Map<Integer, Long> positions = new TreeMap<>();

    Tail(String topic, RecordFilter filter, int bytes, Clock clock) {
        this.topic = topic;
        this.filter = filter;
        this.bytes = bytes;
        this.clock = clock;
    }

    /** Reads an event's id: {@code partition:offset}, separated by commas. */
    static Map<Integer, Long> positions(String id) {
        Map<Integer, Long> found = new TreeMap<>();
        for (String pair : id.split(",", -1)) {
            if (pair.isEmpty()) continue;
            if (!pair.matches("[0-9]{1,9}:[0-9]{1,18}")) {
                throw ConsoleException.badRequest("'" + id + "' for after: expected the id of an event");
            }
            int colon = pair.indexOf(':');
            found.put(Integer.parseInt(pair.substring(0, colon)), Long.parseLong(pair.substring(colon + 1)));
        }
        return found;
    }

    /** @param after where to go on in some of the partitions; the others begin at their ends */
    void run(List<RecordReader.Range> ranges, Map<Integer, Long> after, RecordFeed feed, OutputStream out)
            throws IOException {
        for (RecordReader.Range range : ranges) {
            if (range.leader() < 0) {
                problem(out, "no broker leads partition " + range.partition() + " at the moment");
                return;
            }
            long from = Math.max(range.start(), after.getOrDefault(range.partition(), range.end()));
            positions.put(range.partition(), from);
            feed.open(
                    range.leader(),
                    ConsumeRequest.newBuilder()
                            .setTopic(topic)
                            .setPartition(range.partition())
                            .setOffset(from)
                            .setIsolation(Isolation.READ_COMMITTED)
                            .build());
        }
        records(out, List.of(), 0); // says where it begins
        long until = clock.monotonicNanos() + LONGEST.toNanos();
        try {
            while (clock.monotonicNanos() < until) {
                Optional<RecordFeed.Part> part = feed.next(QUIET);
                if (part.isEmpty()) {
                    write(out, ":\n\n");
                    continue;
                }
                if (part.get().ended()) {
                    problem(
                            out,
                            part.get().failure().map(ConsoleException::text).orElse("the leader ended it"));
                    return;
                }
                take(part.get(), out);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void take(RecordFeed.Part part, OutputStream out) throws IOException {
        List<Record> taken = new ArrayList<>();
        part.records().orElseThrow().getRecordsList().stream()
                .filter(filter::takes)
                .forEach(taken::add);
        positions.put(part.partition(), part.records().get().getNextOffset());
        int skipped = Math.max(0, taken.size() - MAX_SHOWN);
        List<Json.Obj> shown = taken.subList(skipped, taken.size()).stream()
                .map(record -> RecordJson.of(part.partition(), record, bytes))
                .toList();
        if (!shown.isEmpty()) records(out, shown, skipped);
    }

    private void records(OutputStream out, List<Json.Obj> records, int skipped) throws IOException {
        String id = positions.entrySet().stream()
                .map(position -> position.getKey() + ":" + position.getValue())
                .collect(Collectors.joining(","));
        Json.Obj data = Json.object().put("records", records).put("skipped", skipped);
        write(out, "event: records\nid: " + id + "\ndata: " + Json.compact(data) + "\n\n");
    }

    static void problem(OutputStream out, String error) throws IOException {
        write(out, "event: problem\ndata: " + Json.compact(Json.object().put("error", error)) + "\n\n");
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
