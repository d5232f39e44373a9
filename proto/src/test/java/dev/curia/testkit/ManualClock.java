package dev.curia.testkit;

import dev.curia.common.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that moves only when told to. */
public final class ManualClock implements Clock {
    private final AtomicLong nanos = new AtomicLong();
    private final long wallOrigin;

    public ManualClock() {
        this(1_700_000_000_000L);
    }

    public ManualClock(long wallOriginMillis) {
        this.wallOrigin = wallOriginMillis;
    }

    public void advance(Duration by) {
        nanos.addAndGet(by.toNanos());
    }

    @Override
    public long monotonicNanos() {
        return nanos.get();
    }

    @Override
    public long wallMillis() {
        return wallOrigin + nanos.get() / 1_000_000;
    }
}
