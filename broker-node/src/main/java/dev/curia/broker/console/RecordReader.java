package dev.curia.broker.console;

import dev.curia.common.text.Json;
import dev.curia.common.time.Clock;
import dev.curia.proto.data.v1.ConsumeRequest;
import dev.curia.proto.data.v1.Isolation;
import dev.curia.proto.data.v1.Record;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One page of records: looks through partitions until it has what was asked for, and stops at a number of records, of bytes, or at a time, to go on
 * where it stopped when it is asked again. Used once, by one thread; blocks.
 */
final class RecordReader {
    /** Looked through at most in one request. */
    static final int MAX_SCANNED = 50_000;

    private static final long MAX_SCANNED_BYTES = 64L << 20;
    private static final Duration MAX_TIME = Duration.ofSeconds(4);
    private static final long MAX_KEPT_BYTES = 16L << 20;

    /**
     * @param from where to begin
     * @param start the first offset that there is
     * @param end of the next record that will come
     */
    record Range(int partition, int leader, long from, long start, long end) {}

    /** @param newest keep the last that fit, not the first */
    record Wanted(RecordFilter filter, int limit, int bytes, boolean newest) {}

    private static final class Progress {
        final Range range;
        final Deque<Record> kept = new ArrayDeque<>();
        long next;

        @Nullable
        String problem;

        Progress(Range range) {
            this.range = range;
            this.next = range.from;
        }
    }

    private record Found(int partition, Record record) {}

    private final Map<Integer, Progress> partitions = new LinkedHashMap<>();
    private final Wanted wanted;
    private int scanned;
    private long scannedBytes;
    private long keptBytes;

    RecordReader(List<Range> ranges, Wanted wanted) {
        this.wanted = wanted;
        ranges.forEach(range -> partitions.put(range.partition, new Progress(range)));
    }

    Json.Obj read(String topic, RecordFeed feed, Clock clock) {
        int open = 0;
        for (Progress each : partitions.values()) {
            if (each.range.leader < 0) each.problem = "no broker leads it at the moment";
            if (each.problem != null || each.range.from >= each.range.end) continue;
            feed.open(each.range.leader, request(topic, each.range));
            open++;
        }
        long until = clock.monotonicNanos() + MAX_TIME.toNanos();
        try {
            while (open > 0 && !enough()) {
                long left = until - clock.monotonicNanos();
                Optional<RecordFeed.Part> part = left <= 0 ? Optional.empty() : feed.next(Duration.ofNanos(left));
                if (part.isEmpty()) break;
                if (take(part.get(), feed)) open--;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ConsoleException.unavailable("this node is stopping");
        }
        return answer();
    }

    private static ConsumeRequest request(String topic, Range range) {
        return ConsumeRequest.newBuilder()
                .setTopic(topic)
                .setPartition(range.partition)
                .setOffset(range.from)
                .setUntilOffset(range.end)
                .setIsolation(Isolation.READ_COMMITTED)
                .build();
    }

    private boolean enough() {
        return scanned >= MAX_SCANNED || scannedBytes >= MAX_SCANNED_BYTES || keptBytes >= MAX_KEPT_BYTES;
    }

    /** @return whether the partition is done */
    private boolean take(RecordFeed.Part part, RecordFeed feed) {
        Progress progress = partitions.get(part.partition());
        if (progress == null) return false;
        if (part.ended()) {
            if (part.failure().filter(failure -> failure.status() == 403).isPresent()) {
                throw part.failure().get(); // of the topic, not of a partition
            }
            part.failure().ifPresent(failure -> progress.problem = failure.text());
            if (part.failure().isEmpty()) progress.next = progress.range.end;
            return true;
        }
        for (Record record : part.records().orElseThrow().getRecordsList()) {
            scanned++;
            scannedBytes += record.getSerializedSize();
            progress.next = record.getOffset() + 1;
            if (wanted.filter.takes(record)) keep(progress, record);
            if (!wanted.newest && progress.kept.size() >= wanted.limit) {
                feed.end(part.partition());
                return true;
            }
        }
        progress.next = Math.max(progress.next, part.records().get().getNextOffset());
        if (progress.next < progress.range.end) return false;
        feed.end(part.partition());
        return true;
    }

    private void keep(Progress progress, Record record) {
        progress.kept.add(record);
        keptBytes += record.getSerializedSize();
        if (wanted.newest && progress.kept.size() > wanted.limit) {
            keptBytes -= progress.kept.remove().getSerializedSize();
        }
    }

    private Json.Obj answer() {
        Comparator<Found> byTime = Comparator.<Found>comparingLong(found -> found.record.getTimestampMs())
                .thenComparingInt(Found::partition)
                .thenComparingLong(found -> found.record.getOffset());
        if (wanted.newest) byTime = byTime.reversed();
        List<Found> found = new ArrayList<>();
        partitions.forEach((id, progress) -> progress.kept.forEach(record -> found.add(new Found(id, record))));
        // Within a partition the offset orders, also where producers' clocks did not.
        if (partitions.size() == 1) byTime = byOffset();
        found.sort(byTime);
        List<Found> shown = found.subList(0, Math.min(wanted.limit, found.size()));
        for (Found left : found.subList(shown.size(), found.size())) {
            Progress progress = partitions.get(left.partition);
            if (progress != null && !wanted.newest) progress.next = Math.min(progress.next, left.record.getOffset());
        }
        return Json.object()
                .put(
                        "records",
                        shown.stream()
                                .map(each -> RecordJson.of(each.partition, each.record, wanted.bytes))
                                .toList())
                .put(
                        "partitions",
                        partitions.values().stream().map(RecordReader::progress).toList())
                .put("scanned", scanned);
    }

    private Comparator<Found> byOffset() {
        Comparator<Found> rising = Comparator.comparingLong(found -> found.record.getOffset());
        return wanted.newest ? rising.reversed() : rising;
    }

    private static Json.Obj progress(Progress progress) {
        return Json.object()
                .put("partition", progress.range.partition)
                .put("startOffset", progress.range.start)
                .put("endOffset", progress.range.end)
                .put("fromOffset", progress.range.from)
                .put("nextOffset", progress.next)
                .put("problem", progress.problem);
    }
}
