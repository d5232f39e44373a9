package dev.curia.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * What a log that crashed must hold: all that was appended after a kill, what it promised after a power loss, and never what nobody wrote, or in
 * another order. Appends are numbered.
 */
public final class ExpectedLog {
    private final TreeMap<Long, Written> now = new TreeMap<>();
    private final TreeMap<Long, Written> promised = new TreeMap<>();
    /** All that ever was at an offset. */
    private final Map<Long, List<Written>> ever = new HashMap<>();

    private long promisedStart;
    private long furthestStart;

    private record Written(String value, int serial) {}

    /** This append is tried: whether it fails or not, it may be found. */
    public void trying(long offset, List<String> values, int serial) {
        for (int i = 0; i < values.size(); i++) {
            ever.computeIfAbsent(offset + i, o -> new ArrayList<>()).add(new Written(values.get(i), serial));
        }
    }

    /** It is done. */
    public void appended(long offset, List<String> values, int serial) {
        for (int i = 0; i < values.size(); i++) now.put(offset + i, new Written(values.get(i), serial));
    }

    /**
     * Cuts the log. A whole batch goes when the cut is within it; when it fails half way, it may have gone all the same.
     *
     * @param truncate answers where the log ends then
     */
    public long cut(long offset, LongSupplier truncate) {
        TreeMap<Long, Written> before = new TreeMap<>(now);
        Written first = now.get(offset);
        for (TreeMap<Long, Written> each : List.of(now, promised)) {
            each.tailMap(offset, true).clear();
            if (first != null) each.values().removeIf(w -> w.serial() == first.serial());
        }
        long end = truncate.getAsLong();
        now.putAll(before.headMap(end));
        promised.tailMap(end, true).clear();
        return end;
    }

    /** All that is there now is on disk. */
    public void promiseAll() {
        promised.clear();
        promised.putAll(now);
    }

    /** The log may begin as late as there. */
    public void startMayBe(long offset) {
        furthestStart = Math.max(furthestStart, offset);
    }

    /** The log does not begin before. */
    public void promiseStart(long offset) {
        promisedStart = Math.max(promisedStart, offset);
    }

    /** @return the number of the last append, -1: there is none */
    public int check(PartitionLog log, boolean killed) throws IOException {
        TreeMap<Long, String> found = new TreeMap<>();
        for (String record : LogFixture.records(log, log.logStartOffset())) {
            int at = record.indexOf('=');
            found.put(Long.parseLong(record.substring(0, at)), record.substring(at + 1));
        }
        assertThat(log.isOnline()).isTrue();
        assertThat(log.logStartOffset()).isBetween(promisedStart, Math.max(promisedStart, furthestStart));
        assertThat(found).hasSize((int) (log.logEndOffset() - log.logStartOffset()));
        int last = -1;
        for (Map.Entry<Long, String> each : found.entrySet()) {
            Written written = ever.getOrDefault(each.getKey(), List.of()).stream()
                    .filter(w -> w.value().equals(each.getValue()))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("never written: " + each));
            assertThat(written.serial()).as("order at " + each).isGreaterThanOrEqualTo(last);
            last = written.serial();
        }
        (killed ? now : promised)
                .tailMap(log.logStartOffset(), true)
                .forEach((offset, written) ->
                        assertThat(found).as("offset %s", offset).containsEntry(offset, written.value()));
        return last;
    }
}
