package dev.curia.metadata.controller;

import dev.curia.metadata.controller.BrokerSessions.Decider;
import dev.curia.metadata.decide.SafeStops;
import dev.curia.metadata.decide.SafeStops.Surroundings;
import dev.curia.metadata.image.StopLease;
import dev.curia.metadata.port.MetadataLog;
import dev.curia.metadata.port.QuorumStatus;
import dev.curia.proto.admin.v1.MayStopRequest;
import dev.curia.proto.admin.v1.MayStopResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers whether brokers may stop, and keeps the time of the lease. Loop-confined. Who has the lease is in the metadata; how long it lasts is
 * counted here, from the start again by each controller, so that it never ends too early.
 */
final class StopLeases {
    private static final Logger LOG = LoggerFactory.getLogger(StopLeases.class);
    private static final long LOOK_NANOS = 200_000_000;

    private final SafeStops stops;
    private final MetadataLog log;
    private final Decider decider;
    private final BrokerSessions sessions;
    private final RandomGenerator random;
    private final long contactMillis;
    private long timedId; // the lease whose end is known; 0: none
    private long endNanos;
    private long lookNanos; // no look at all partitions before
    private boolean deciding;

    /** @param contact a quorum node that was not heard of for longer is not counted on */
    StopLeases(
            SafeStops stops,
            MetadataLog log,
            Decider decider,
            BrokerSessions sessions,
            RandomGenerator random,
            Duration contact) {
        this.stops = stops;
        this.log = log;
        this.decider = decider;
        this.sessions = sessions;
        this.random = random;
        this.contactMillis = contact.toMillis();
    }

    /** This node is the active controller from now on. */
    void start(long now) {
        timedId = 0;
        lookNanos = now;
        deciding = false;
        notice(now);
    }

    void mayStop(MayStopRequest request, long now, Consumer<Answer<MayStopResponse>> answer) {
        long fresh = random.nextLong();
        long leaseId = fresh == 0 ? 1 : fresh;
        QuorumStatus quorum = log.status();
        Surroundings around = new Surroundings(
                sessions.health(),
                sessions.leaving(),
                ids(quorum, member -> true),
                ids(quorum, member -> member.lastContactMillis() >= 0 && member.lastContactMillis() <= contactMillis));
        decider.<MayStopResponse>decide(
                image -> stops.decide(image, request, around, leaseId, lease -> describe(lease, leaseId, now)),
                decided -> {
                    notice(now);
                    answer.accept(decided);
                });
    }

    void tick(long now) {
        notice(now);
        Optional<StopLease> held = log.image().stopLease();
        if (held.isEmpty() || deciding) return;
        long id = held.get().id();
        if (now - endNanos >= 0) {
            LOG.warn(
                    "the leave of broker {} to stop is over: its time has run out",
                    held.get().brokerId());
            end(() -> decider.decide(image -> SafeStops.expire(image, id), done -> deciding = false));
        } else if (now - lookNanos >= 0 && SafeStops.hasStartedAgain(log.image(), held.get())) {
            lookNanos = now + LOOK_NANOS;
            end(() -> decider.decide(image -> SafeStops.complete(image, id), done -> deciding = false));
        }
    }

    private void end(Runnable decide) {
        deciding = true;
        decide.run();
    }

    private void notice(long now) {
        Optional<StopLease> held = log.image().stopLease();
        if (held.isEmpty() || held.get().id() == timedId) return;
        timedId = held.get().id();
        endNanos = now + held.get().durationMillis() * 1_000_000;
    }

    private dev.curia.proto.admin.v1.StopLease describe(StopLease lease, long freshId, long now) {
        long left = -1;
        if (lease.id() == freshId) left = lease.durationMillis();
        else if (lease.id() == timedId) left = Math.max(0, (endNanos - now) / 1_000_000);
        return dev.curia.proto.admin.v1.StopLease.newBuilder()
                .setBrokerId(lease.brokerId())
                .setLeftMs(left)
                .build();
    }

    private static Set<Integer> ids(QuorumStatus quorum, Predicate<QuorumStatus.Member> which) {
        return quorum.members().stream()
                .filter(which)
                .map(member -> member.node().id())
                .collect(Collectors.toSet());
    }
}
