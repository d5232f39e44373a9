package dev.curia.broker.bridge;

import dev.curia.common.fault.FaultHandler;
import dev.curia.common.net.HostPort;
import dev.curia.common.time.Clock;
import dev.curia.metadata.client.BrokerSession;
import dev.curia.proto.common.v1.Status;
import dev.curia.replica.lease.ControllerLease;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** How the cluster regards this broker now. Thread-safe. */
public final class BrokerStanding implements BrokerSession.Listener {
    private final FaultHandler faults;
    private final Consumer<HostPort> controller;
    private final LongConsumer committedIndex;
    private final LongConsumer firstRegistered;
    private final Runnable registeredAnew;
    private final ReportListener reports;
    private final CompletableFuture<Void> firstUnfenced = new CompletableFuture<>();

    private final AtomicLong brokerEpoch;
    private final Clock clock;
    private final ControllerLease lease;
    private volatile boolean unfenced;
    private volatile long heardNanos;

    /** Hears which report of replicas a controller has acted on, and up to which metadata index that can be seen. */
    @FunctionalInterface
    public interface ReportListener {
        void replicasReported(long version, long index);
    }

    /**
     * @param controller hears at which node the controller is that this broker is registered with
     * @param brokerEpoch is set at each registration
     * @param firstRegistered hears once, when the broker has its first epoch, of the metadata index of that; before it must not replicate
     * @param registeredAnew hears when the broker has another epoch than before
     * @param committedIndex hears what metadata index the cluster has committed
     */
    public BrokerStanding(
            FaultHandler faults,
            Consumer<HostPort> controller,
            AtomicLong brokerEpoch,
            LongConsumer firstRegistered,
            Runnable registeredAnew,
            LongConsumer committedIndex,
            ReportListener reports,
            Clock clock,
            ControllerLease lease) {
        this.faults = faults;
        this.controller = controller;
        this.clock = clock;
        this.lease = lease;
        this.heardNanos = clock.monotonicNanos();
        this.brokerEpoch = brokerEpoch;
        this.firstRegistered = firstRegistered;
        this.registeredAnew = registeredAnew;
        this.reports = reports;
        this.committedIndex = committedIndex;
    }

    public boolean isUnfenced() {
        return unfenced;
    }

    /** How long ago the controller last spoke. After a session timeout of silence the broker may be fenced and not know it. */
    public Duration silence() {
        return Duration.ofNanos(clock.monotonicNanos() - heardNanos);
    }

    /** Completes when the broker may serve for the first time; fails with the reason when the cluster will never have it. */
    public CompletableFuture<Void> firstUnfenced() {
        return firstUnfenced;
    }

    @Override
    public void connected(HostPort node) {
        controller.accept(node);
    }

    @Override
    public void registered(long epoch, long index) {
        heardNanos = clock.monotonicNanos();
        long before = brokerEpoch.getAndSet(epoch);
        if (before < 0) firstRegistered.accept(index);
        else if (before != epoch) registeredAnew.run();
    }

    @Override
    public void answered(long sentNanos, long committedIndex, Duration sessionTimeout) {
        lease.answered(sentNanos, committedIndex, sessionTimeout);
    }

    @Override
    public void unfenced() {
        unfenced = true;
        firstUnfenced.complete(null);
    }

    @Override
    public void fenced() {
        unfenced = false;
        lease.fenced();
    }

    @Override
    public void committed(long index) {
        heardNanos = clock.monotonicNanos();
        committedIndex.accept(index);
    }

    @Override
    public void replicasReported(long version, long index) {
        reports.replicasReported(version, index);
    }

    @Override
    public void rejected(Status status) {
        unfenced = false;
        IllegalStateException reason = new IllegalStateException(
                "the cluster refuses this broker: " + status.getMessage() + " (" + status.getCode() + ")");
        if (!firstUnfenced.completeExceptionally(reason)) {
            faults.fatal("this broker can no longer take part in the cluster", reason);
        }
    }
}
