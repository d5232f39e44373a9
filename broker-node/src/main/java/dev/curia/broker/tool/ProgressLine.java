package dev.curia.broker.tool;

import dev.curia.common.time.Clock;
import java.io.PrintWriter;
import java.util.Locale;

/** One line on a terminal that tells how far a long run is: bytes, rate, time left. Silent elsewhere. Not thread-safe. */
final class ProgressLine implements AutoCloseable {
    private static final long FIRST_NANOS = 1_000_000_000L;
    private static final long STEP_NANOS = 200_000_000L;
    private static final int WIDTH = 79;

    private final PrintWriter terminal;
    private final boolean shown;
    private final Clock clock;
    private final long totalBytes;
    private final long started;
    private long nextNanos = FIRST_NANOS;
    private long bytes;
    private boolean drawn;

    /** @param shown whether {@code terminal} is one */
    ProgressLine(PrintWriter terminal, boolean shown, Clock clock, long totalBytes) {
        this.terminal = terminal;
        this.shown = shown;
        this.clock = clock;
        this.totalBytes = totalBytes;
        this.started = clock.monotonicNanos();
    }

    void advance(long more) {
        bytes += more;
        if (!shown) return;
        long elapsed = clock.monotonicNanos() - started;
        if (elapsed < nextNanos) return;
        nextNanos = elapsed + STEP_NANOS;
        draw(text(elapsed));
    }

    /** Takes the line away, so that others can be written. */
    void clear() {
        if (drawn) draw("");
        drawn = false;
    }

    @Override
    public void close() {
        clear();
    }

    private void draw(String text) {
        terminal.print("\r" + text + " ".repeat(Math.max(0, WIDTH - text.length())) + "\r");
        terminal.flush();
        drawn = true;
    }

    private String text(long elapsedNanos) {
        double seconds = elapsedNanos / 1e9;
        double rate = bytes / seconds;
        long percent = totalBytes == 0 ? 100 : Math.min(100, 100 * bytes / totalBytes);
        double left = rate == 0 ? 0 : Math.max(0, totalBytes - bytes) / rate;
        return String.format(
                Locale.ROOT,
                "%3d %%  %s of %s  %s/s  %s left",
                percent,
                Text.bytes(bytes),
                Text.bytes(totalBytes),
                Text.bytes((long) rate),
                duration((long) Math.ceil(left)));
    }

    private static String duration(long seconds) {
        if (seconds < 60) return seconds + " s";
        if (seconds < 3600) return seconds / 60 + " min " + seconds % 60 + " s";
        return seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
    }
}
