package dev.curia.broker.canary;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/** Writes a record to a broker, with acks=all, and reads it back from there. Thread-safe, never blocks. */
@FunctionalInterface
public interface CanaryProbe {
    /** How that ended; labels of a metric. */
    enum Result {
        OK,
        /** It leads no partition of the canary: it is stopped, fenced, or was just started. */
        NOT_LEADING,
        /** No connection, or it broke. */
        UNREACHABLE,
        /** Not back in time. */
        TIMEOUT,
        /** Answered with an error. */
        REFUSED,
        /** What came back is not what was written. */
        WRONG;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** @return never fails, and is complete soon after {@code timeout} at the latest */
    CompletableFuture<Result> send(int broker, int partition, String value, Duration timeout);
}
