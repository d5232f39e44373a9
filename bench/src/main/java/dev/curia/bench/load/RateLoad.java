package dev.curia.bench.load;

import java.util.Locale;
import java.util.Map;

/**
 * One producer that sends records at fixed times whatever the servers do, and one consumer that reads them. Times are counted from when a
 * record was due, not from when it could be sent: a stall counts for all that it held up.
 *
 * @param perSecond records
 */
public record RateLoad(int perSecond, int partitions, int recordBytes) {
    private static final long SECOND_NANOS = 1_000_000_000;

    public static RateLoad perSecond(int records) {
        return new RateLoad(records, 6, 1_024);
    }

    /** When a record is due, in nanoseconds after the first. */
    public long dueNanos(long record) {
        return record / perSecond * SECOND_NANOS + record % perSecond * SECOND_NANOS / perSecond;
    }

    /** Records that are due within so long. */
    public int records(double seconds) {
        return (int) Math.ceil(seconds * perSecond);
    }

    public Map<String, Object> settings() {
        return Map.of("acks", "all", "linger.ms", 0);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%,d records/s of %s, acks=all, linger 0", perSecond, ProduceLoad.size(recordBytes));
    }
}
