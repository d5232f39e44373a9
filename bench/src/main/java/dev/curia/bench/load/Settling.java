package dev.curia.bench.load;

import dev.curia.common.time.Clock;
import java.util.concurrent.ExecutionException;
import java.util.function.DoubleSupplier;

/**
 * Loads servers until their just-in-time compilers rest: what is measured afterwards is what a load costs from then on, not in the first minutes.
 */
public final class Settling {
    static final double PIECE_SECONDS = 5;
    /**
     * Of one processor, for the compilers of all servers. Single methods are still compiled later. At twice as much, of three servers the 99th
     * percentile of latency was still half as high again as a window later.
     */
    static final double RESTING = 0.05;
    /** Pieces in a row: after a single one, compilers were often back at work in the next window. */
    private static final int RESTS = 2;

    /** A load that goes on for about so many seconds. */
    public interface Piece {
        void run(double seconds) throws ExecutionException;
    }

    private final Clock clock;
    private final DoubleSupplier compilingSeconds;

    /** @param compilingSeconds what the compilers have used so far, as {@link ServerUsage#compilingSeconds} */
    public Settling(Clock clock, DoubleSupplier compilingSeconds) {
        this.clock = clock;
        this.compilingSeconds = compilingSeconds;
    }

    /** Piece after piece, until they rested or the time is over; none if there is no time. */
    public void settle(double mostSeconds, Piece load) throws ExecutionException {
        long start = clock.monotonicNanos();
        int rests = 0;
        while (rests < RESTS && (clock.monotonicNanos() - start) / 1e9 < mostSeconds) {
            long before = clock.monotonicNanos();
            double compiled = compilingSeconds.getAsDouble();
            load.run(PIECE_SECONDS);
            long now = clock.monotonicNanos();
            boolean rested = compilingSeconds.getAsDouble() - compiled < RESTING * (now - before) / 1e9;
            rests = rested ? rests + 1 : 0;
        }
    }
}
