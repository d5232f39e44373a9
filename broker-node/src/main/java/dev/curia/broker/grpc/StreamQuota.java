package dev.curia.broker.grpc;

import dev.curia.broker.quota.Allowance;
import dev.curia.broker.quota.Quotas;
import dev.curia.common.security.Principal;
import dev.curia.common.time.Timers;
import dev.curia.metadata.image.QuotaKey;
import java.util.concurrent.atomic.AtomicBoolean;

/** Counts the bytes of one stream against its client's quota, and says how long flow control has to hold it back. One thread at a time. */
final class StreamQuota {
    /** After which it is looked whether it still has to wait: the limits may be others by then. */
    private static final long LOOK_NANOS = 1_000_000_000;

    private final Allowance allowance;
    private final QuotaKey key;
    private final Timers timers;
    private final String user;
    private final String clientId;
    private final AtomicBoolean waiting = new AtomicBoolean();

    /** @param timers may call on any thread */
    StreamQuota(Quotas quotas, QuotaKey key, Principal principal, String clientId, Timers timers) {
        this.allowance = quotas.allowance();
        this.key = key;
        this.timers = timers;
        this.user = principal.name();
        this.clientId = clientId;
    }

    /** A message of so many bytes has come or goes. False: that was more than the client may use. */
    boolean count(int bytes) {
        if (!allowance.limited(user, clientId)) return true;
        long wait = allowance.record(key, bytes);
        if (wait > 0) allowance.throttled(key, wait);
        return wait == 0;
    }

    /** Whether the stream may go on. If not, {@code again} is called when it is worth asking again; always the same one. */
    boolean mayGoOn(Runnable again) {
        long wait = allowance.limited(user, clientId) ? allowance.delay(key) : 0;
        if (wait > 0 && !waiting.getAndSet(true)) {
            timers.schedule(Math.min(wait, LOOK_NANOS), () -> {
                waiting.set(false);
                again.run();
            });
        }
        return wait == 0;
    }
}
