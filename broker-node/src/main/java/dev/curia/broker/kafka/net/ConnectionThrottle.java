package dev.curia.broker.kafka.net;

import dev.curia.broker.kafka.api.RequestQuota;
import dev.curia.broker.quota.Allowance;
import dev.curia.broker.quota.Quotas;
import dev.curia.common.security.Principal;
import dev.curia.common.time.Clock;
import dev.curia.common.time.Timers;
import dev.curia.metadata.image.QuotaKey;
import java.util.Objects;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.jspecify.annotations.Nullable;

/**
 * Holds one connection back that is over a quota: its requests are answered at once and say how long the client has to wait, and no more are
 * taken until then (KIP-219). Loop-confined.
 */
final class ConnectionThrottle {
    /** After which it is looked whether the limits are others now: who raises a quota does not wait for what was meant under the old one. */
    private static final long LOOK_NANOS = 1_000_000_000;

    private static final long NANOS_A_MILLI = 1_000_000;

    /** Thread time in nanoseconds to hundredths of a thread, for a second. */
    private static final double PERCENT_SECONDS_A_NANO = 100 / 1e9;

    private final Allowance allowance;
    private final Clock clock;
    private Timers timers = (delay, task) -> () -> {};
    private Runnable resume = () -> {};
    private Runnable cancel = () -> {};
    private boolean muted;
    private long mutedUntil;

    ConnectionThrottle(Quotas quotas, Clock clock) {
        this.allowance = quotas.allowance();
        this.clock = clock;
    }

    /** @param whenUnmuted called on the loop when requests may be taken again */
    void opened(Timers loop, Runnable whenUnmuted) {
        timers = loop;
        resume = whenUnmuted;
    }

    void closed() {
        cancel.run();
    }

    /** No requests are to be taken. */
    boolean isMuted() {
        return muted;
    }

    /** A request has come, of so many bytes; {@link #answering} and {@link #sent} are to follow. */
    RequestQuota arrived(RequestHeader header, Principal principal, int bytes) {
        if (!allowance.limited(principal.name(), Objects.requireNonNullElse(header.clientId(), "")))
            return RequestQuota.NONE;
        Use use = new Use(header.apiKey());
        if (use.api == ApiKeys.PRODUCE) use.count(QuotaKey.PRODUCER_BYTE_RATE, bytes);
        return use;
    }

    /**
     * The request's answer is about to be written.
     *
     * @param handledNanos what the connection's thread spent on it
     * @param answer null: there is none
     */
    void answering(RequestQuota quota, short version, @Nullable AbstractResponse answer, long handledNanos) {
        if (quota instanceof Use use) use.answering(version, answer, handledNanos);
    }

    /** It is written, which took so long. */
    void sent(RequestQuota quota, long nanos) {
        if (quota instanceof Use use && use.countsTime())
            allowance.record(QuotaKey.REQUEST_PERCENTAGE, nanos * PERCENT_SECONDS_A_NANO);
    }

    private void mute(long until) {
        mutedUntil = muted ? Math.max(mutedUntil, until) : until;
        if (muted) return;
        muted = true;
        await();
    }

    private void await() {
        long left = mutedUntil - clock.monotonicNanos();
        if (left > 0 && !allowance.outdated()) {
            cancel = timers.schedule(Math.min(left, LOOK_NANOS), this::await);
            return;
        }
        muted = false;
        resume.run();
    }

    /** One request of a client that has quotas. */
    private final class Use implements RequestQuota {
        private final ApiKeys api;
        private @Nullable QuotaKey longest; // the quota that it waits for
        private long until; // on the monotonic clock, if there is one

        Use(ApiKeys api) {
            this.api = api;
        }

        /** Markers come from other brokers' transaction coordinators, on nobody's behalf. */
        boolean countsTime() {
            return api != ApiKeys.WRITE_TXN_MARKERS;
        }

        @Override
        public boolean mayFetch() {
            return waitFor(QuotaKey.CONSUMER_BYTE_RATE, allowance.delay(QuotaKey.CONSUMER_BYTE_RATE));
        }

        @Override
        public int fetchBytes(int wanted) {
            return (int) Math.min(wanted, allowance.burst(QuotaKey.CONSUMER_BYTE_RATE));
        }

        @Override
        public boolean mayMutate(int partitions, boolean refusable) {
            if (!refusable) {
                count(QuotaKey.CONTROLLER_MUTATION_RATE, partitions);
                return true;
            }
            boolean may =
                    waitFor(QuotaKey.CONTROLLER_MUTATION_RATE, allowance.delay(QuotaKey.CONTROLLER_MUTATION_RATE));
            if (may) allowance.record(QuotaKey.CONTROLLER_MUTATION_RATE, partitions);
            return may;
        }

        void count(QuotaKey key, double units) {
            waitFor(key, allowance.record(key, units));
        }

        /** Whether it need not wait. */
        private boolean waitFor(QuotaKey key, long nanos) {
            if (nanos == 0) return true;
            long end = clock.monotonicNanos() + nanos;
            if (longest == null || end - until > 0) {
                longest = key;
                until = end;
            }
            mute(end);
            return false;
        }

        void answering(short version, @Nullable AbstractResponse answer, long handledNanos) {
            if (api == ApiKeys.FETCH && answer != null && longest != QuotaKey.CONSUMER_BYTE_RATE) {
                count(QuotaKey.CONSUMER_BYTE_RATE, answer.data().size(new ObjectSerializationCache(), version));
            }
            if (countsTime()) count(QuotaKey.REQUEST_PERCENTAGE, handledNanos * PERCENT_SECONDS_A_NANO);
            QuotaKey over = longest;
            if (over == null) return;
            long left = Math.max(1, until - clock.monotonicNanos());
            allowance.throttled(over, left);
            if (answer != null)
                answer.maybeSetThrottleTimeMs(
                        (int) Math.min(Integer.MAX_VALUE, (left + NANOS_A_MILLI - 1) / NANOS_A_MILLI));
        }
    }
}
