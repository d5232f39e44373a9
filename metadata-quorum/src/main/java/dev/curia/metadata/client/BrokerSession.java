package dev.curia.metadata.client;

import dev.curia.common.loop.EventLoop;
import dev.curia.common.net.HostPort;
import dev.curia.common.time.Clock;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import dev.curia.proto.metadata.v1.BrokerEvents;
import dev.curia.proto.metadata.v1.BrokerMessage;
import dev.curia.proto.metadata.v1.ControllerMessage;
import dev.curia.proto.metadata.v1.Heartbeat;
import dev.curia.proto.metadata.v1.HeartbeatReply;
import dev.curia.proto.metadata.v1.LogEnds;
import dev.curia.proto.metadata.v1.LogEndsRequest;
import dev.curia.proto.metadata.v1.QuorumNodes;
import dev.curia.proto.metadata.v1.Registered;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A broker's session with the active controller: registers, heartbeats, and on a broken stream finds the controller again under the same
 * epoch. State is owned by the loop; the getters are thread-safe.
 */
public final class BrokerSession implements AutoCloseable {
    /** Told of the broker's standing, on the session's loop; must not block. */
    public interface Listener {
        /** Is registered, see {@link #registered}, by the active controller, which is at this node. */
        default void connected(HostPort controller) {}

        /** Registered, or connected again under the same epoch; {@code index} must be applied before the broker is unfenced. */
        void registered(long brokerEpoch, long index);

        /**
         * The controller does not fence this broker, and answered a heartbeat that was sent at this monotonic time: before a session timeout
         * after it, it fences the broker only when the stream breaks.
         */
        default void answered(long sentNanos, long committedIndex, Duration sessionTimeout) {}

        /** May lead and be in sync from now on. */
        void unfenced();

        /** May not lead nor be in sync until unfenced. The session heals by itself. */
        void fenced();

        /** The cluster has committed this metadata index; see {@link MetadataWatcher#expect}. */
        void committed(long index);

        /**
         * The controller acts on the report of this version: what that changed is in the metadata up to {@code index}, and no replica that it names as
         * offline joins an ISR until a later version no longer names it. Once a version.
         */
        void replicasReported(long version, long index);

        /** The controller will never accept this broker as it is; the process should stop. The session is over. */
        void rejected(Status status);
    }

    /** What heartbeats tell of the broker. Called on the session's loop, in this order; must not block. */
    public interface Condition {
        /** The metadata index that the broker has applied to its parts. */
        long appliedIndex();

        /** Of the metadata at that index; 0: not known. */
        default long metadataDigest() {
            return 0;
        }

        /** False keeps the broker fenced, as while it recovers logs. */
        boolean ready();

        /** With what {@link #ready} counted as opened or failed. */
        ReplicaReport replicas();

        /** Where the logs of these partitions end, as far as that is known and does not change; see the message. */
        LogEnds logEnds(LogEndsRequest request);

        /** What happened that is not yet in the journal, the oldest of it. */
        BrokerEvents events();

        /** Events of a lower sequence are in the journal. */
        void eventsKept(long before);
    }

    private static final Logger LOG = LoggerFactory.getLogger(BrokerSession.class);
    private static final Duration BUSY_INTERVAL = Duration.ofMillis(50);
    private static final int MAX_UNANSWERED = 1000;
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(3);
    /** How long another process of the same id may seem alive: the time in which a dead one is found out, with room. */
    private static final Duration DUPLICATE_GRACE = Duration.ofSeconds(10);

    private final BrokerIdentity identity;
    private final QuorumChannels channels;
    private final NodeChoice choice;
    private final EventLoop loop;
    private final Clock clock;
    private final Condition condition;
    private final Listener listener;
    private final CompletableFuture<Void> shutdown = new CompletableFuture<>();

    private volatile long epoch = -1;
    private volatile boolean fenced = true;

    // Loop-confined from here on.
    private @Nullable SessionStream stream;
    private boolean registered; // on this stream
    private final ArrayDeque<Long> unanswered = new ArrayDeque<>(); // when its last heartbeats were sent on this stream
    private long sequence; // of the last heartbeat on this stream
    private long reportSent; // version on this stream
    private long reportKnown; // version that a controller has acted on
    private long eventsSentBefore; // sequence on this stream
    private long eventsSentNanos;
    private boolean leaving;
    private boolean over;
    private long heardNanos;
    private long intervalNanos = BUSY_INTERVAL.toNanos();
    private long timeoutNanos = DEFAULT_TIMEOUT.toNanos();
    private long duplicateSinceNanos = Long.MIN_VALUE;

    /** @param loop started and closed by the owner */
    public BrokerSession(
            BrokerIdentity identity,
            QuorumChannels channels,
            List<HostPort> bootstrap,
            EventLoop loop,
            Clock clock,
            RandomGenerator random,
            Condition condition,
            Listener listener) {
        this.identity = identity;
        this.channels = channels;
        this.choice = new NodeChoice(bootstrap, channels::learned, random);
        this.loop = loop;
        this.clock = clock;
        this.condition = condition;
        this.listener = listener;
    }

    public void start() {
        loop.submit(() -> {
            connect();
            beat();
        });
    }

    /** Of this incarnation; -1 before the first registration. */
    public long brokerEpoch() {
        return epoch;
    }

    /** As the controller last said; true before it said anything. */
    public boolean isFenced() {
        return fenced;
    }

    /** The condition has changed: tells the controller at once, if there is one. */
    public void changed() {
        onLoop(() -> {
            if (registered) heartbeat();
        });
    }

    /**
     * Asks the controller to hand this broker's leaderships over. Completes when the broker may stop; never, when no controller can be
     * reached: wait with a limit. {@link #close} afterwards.
     */
    public CompletableFuture<Void> requestShutdown() {
        onLoop(() -> {
            leaving = true;
            if (over) shutdown.complete(null);
            else if (registered) heartbeat();
        });
        return shutdown.copy();
    }

    @Override
    public void close() {
        onLoop(() -> {
            over = true;
            if (stream != null) stream.finish();
            stream = null;
        });
    }

    private void connect() {
        if (over) return;
        registered = false;
        unanswered.clear();
        sequence = 0;
        reportSent = 0;
        eventsSentBefore = 0;
        heardNanos = clock.monotonicNanos();
        SessionStream opened =
                new SessionStream(choice.current(), channels, this::onMessage, this::onEnd, this::onLoop);
        stream = opened;
        opened.open();
        opened.send(
                BrokerMessage.newBuilder().setRegister(identity.register(epoch)).build());
    }

    private void onMessage(SessionStream from, ControllerMessage message) {
        if (from != stream) return;
        heardNanos = clock.monotonicNanos();
        switch (message.getKindCase()) {
            case REGISTERED -> onRegistered(from, message.getRegistered());
            case HEARTBEAT_REPLY -> onReply(message.getHeartbeatReply());
            case REJECTED -> onRejected(from, message.getRejected());
            case LOG_ENDS_REQUEST ->
                from.send(BrokerMessage.newBuilder()
                        .setLogEnds(condition.logEnds(message.getLogEndsRequest()))
                        .build());
            case QUORUM_NODES -> onQuorumNodes(message.getQuorumNodes());
            case KIND_NOT_SET -> LOG.debug("a controller message of a kind that this version does not know");
        }
    }

    private void onRegistered(SessionStream from, Registered message) {
        choice.worked();
        registered = true;
        duplicateSinceNanos = Long.MIN_VALUE;
        epoch = message.getBrokerEpoch();
        intervalNanos = Duration.ofMillis(message.getHeartbeatIntervalMs()).toNanos();
        timeoutNanos = Duration.ofMillis(message.getSessionTimeoutMs()).toNanos();
        LOG.info("registered as broker {} with epoch {}", identity.id(), epoch);
        listener.connected(from.node());
        listener.registered(epoch, message.getIndex());
        heartbeat();
    }

    private void onQuorumNodes(QuorumNodes nodes) {
        try {
            channels.learn(
                    nodes.getRpcAddressesList().stream().map(HostPort::parse).toList());
        } catch (IllegalArgumentException e) {
            LOG.warn("the quorum names an address that is none", e);
        }
    }

    private void onReply(HeartbeatReply reply) {
        if (reply.getFenced() != fenced) {
            fenced = reply.getFenced();
            LOG.info("broker {} is {}", identity.id(), fenced ? "fenced" : "unfenced");
            if (fenced) listener.fenced();
            else listener.unfenced();
        }
        listener.committed(reply.getCommittedIndex());
        sent(reply.getSequence())
                .filter(at -> !reply.getFenced())
                .ifPresent(at -> listener.answered(at, reply.getCommittedIndex(), Duration.ofNanos(timeoutNanos)));
        if (reply.getReportVersion() > reportKnown) {
            reportKnown = reply.getReportVersion();
            listener.replicasReported(reportKnown, reply.getCommittedIndex());
        }
        if (reply.getEventsBefore() > 0) condition.eventsKept(reply.getEventsBefore());
        if (reply.getMayShutdown()) shutdown.complete(null);
    }

    /** When the heartbeat was sent; empty: it is older than the last that was answered. */
    private Optional<Long> sent(long answered) {
        Optional<Long> at = Optional.empty();
        while (!unanswered.isEmpty() && sequence - unanswered.size() < answered) at = Optional.of(unanswered.remove());
        return at;
    }

    private void onRejected(SessionStream from, Status status) {
        long now = clock.monotonicNanos();
        if (status.getCode() == ErrorCode.DUPLICATE_BROKER_REGISTRATION) {
            // The other may be the last incarnation of this very broker, dead but not yet found out.
            if (duplicateSinceNanos == Long.MIN_VALUE) duplicateSinceNanos = now;
            if (now - duplicateSinceNanos < DUPLICATE_GRACE.toNanos()) {
                leave(from, Optional.empty());
                return;
            }
        }
        over = true;
        stream = null;
        from.finish();
        shutdown.complete(null);
        LOG.error("broker {} is rejected: {} {}", identity.id(), status.getCode(), status.getMessage());
        listener.rejected(status);
    }

    private void onEnd(SessionStream from, Throwable failure) {
        if (from != stream || over) return;
        LOG.debug("session with {} ended", from.node(), failure);
        leave(from, ControllerHints.of(failure));
    }

    private void leave(SessionStream from, Optional<HostPort> hint) {
        stream = null;
        registered = false;
        from.cancel();
        loop.schedule(choice.failed(from.node(), hint), () -> {
            if (stream == null) connect();
        });
    }

    /** The loop's turn: a heartbeat, or another node when this one is silent. */
    private void beat() {
        if (over) return;
        SessionStream current = stream;
        if (current != null) {
            if (clock.monotonicNanos() - heardNanos > timeoutNanos * 2 / 3) leave(current, Optional.empty());
            else if (registered) heartbeat();
        }
        boolean busy = fenced || leaving || !registered;
        loop.schedule(busy ? Math.min(BUSY_INTERVAL.toNanos(), intervalNanos) : intervalNanos, this::beat);
    }

    private void heartbeat() {
        if (stream == null) return;
        if (unanswered.size() == MAX_UNANSWERED) unanswered.remove();
        unanswered.add(clock.monotonicNanos());
        Heartbeat heartbeat = Heartbeat.newBuilder()
                .setSequence(++sequence)
                .setAppliedIndex(condition.appliedIndex())
                .setMetadataDigest(condition.metadataDigest())
                .setReady(condition.ready())
                .setWantShutdown(leaving)
                .build();
        ReplicaReport report = condition.replicas();
        if (report.version() > reportSent) {
            // Before the heartbeat that may say "ready": the controller must not count on these replicas.
            stream.send(BrokerMessage.newBuilder().setReplicas(report.toProto()).build());
            reportSent = report.version();
        }
        stream.send(BrokerMessage.newBuilder().setHeartbeat(heartbeat).build());
        tellEvents(stream);
    }

    /** One message at a time, and again when nobody says that it is in the journal. */
    private void tellEvents(SessionStream to) {
        BrokerEvents events = condition.events();
        boolean sent = events.getFirstSequence() < eventsSentBefore;
        long now = clock.monotonicNanos();
        if (events.getEventsCount() == 0 || (sent && now - eventsSentNanos < timeoutNanos)) return;
        to.send(BrokerMessage.newBuilder().setEvents(events).build());
        eventsSentBefore = events.getFirstSequence() + events.getEventsCount();
        eventsSentNanos = now;
    }

    private void onLoop(Runnable task) {
        try {
            loop.submit(task);
        } catch (RejectedExecutionException closed) {
            LOG.debug("the session's loop is closed");
        }
    }
}
