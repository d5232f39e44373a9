package dev.curia.admin.perf;

import dev.curia.common.text.Json;
import java.util.Locale;

/**
 * What a run, or a part of it, came to. Immutable but for the histogram, which is read at once.
 *
 * @param latencies of the records that were acknowledged or read; empty where none are taken
 */
public record Report(long records, long bytes, long nanos, Histogram latencies) {
    private static final double MILLI = 1e6;
    private static final double MEBI = 1 << 20;

    private double seconds() {
        return Math.max(1, nanos) / 1e9;
    }

    double recordsPerSecond() {
        return records / seconds();
    }

    double mebibytesPerSecond() {
        return bytes / MEBI / seconds();
    }

    /** On a line. */
    public String line() {
        String rates = String.format(
                Locale.ROOT,
                "%d records, %.1f records/s, %.2f MiB/s",
                records,
                recordsPerSecond(),
                mebibytesPerSecond());
        if (latencies.count() == 0) return rates;
        return rates
                + String.format(
                        Locale.ROOT,
                        ", latency p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, max %.2f ms",
                        latencies.quantileNanos(0.5) / MILLI,
                        latencies.quantileNanos(0.99) / MILLI,
                        latencies.quantileNanos(0.999) / MILLI,
                        latencies.maxNanos() / MILLI);
    }

    /** The same for programs. */
    public Json.Obj toJson() {
        Json.Obj json = Json.object()
                .put("records", records)
                .put("bytes", bytes)
                .put("seconds", round(seconds()))
                .put("recordsPerSecond", round(recordsPerSecond()))
                .put("mebibytesPerSecond", round(mebibytesPerSecond()));
        if (latencies.count() == 0) return json;
        return json.put(
                "latencyMs",
                Json.object()
                        .put("count", latencies.count())
                        .put("mean", round(latencies.meanNanos() / MILLI))
                        .put("p50", round(latencies.quantileNanos(0.5) / MILLI))
                        .put("p99", round(latencies.quantileNanos(0.99) / MILLI))
                        .put("p999", round(latencies.quantileNanos(0.999) / MILLI))
                        .put("max", round(latencies.maxNanos() / MILLI)));
    }

    private static double round(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
