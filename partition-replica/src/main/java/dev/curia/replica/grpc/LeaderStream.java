package dev.curia.replica.grpc;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.Uuid;
import dev.curia.common.loop.EventLoop;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.replication.v1.Ack;
import dev.curia.proto.replication.v1.FollowerMessage;
import dev.curia.proto.replication.v1.Hello;
import dev.curia.proto.replication.v1.Subscribe;
import dev.curia.replica.port.ReplicaLinks.Refused;
import dev.curia.replica.port.ReplicationSource;
import dev.curia.replica.port.ReplicationSource.Position;
import dev.curia.replica.port.StreamKind;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One follower's stream, seen by the leader. gRPC's callbacks check the greeting, pass acknowledgements on, and hand the
 * rest over to the stream's loop, where subscriptions are kept and everything is sent; see {@link LeaderSender} for what goes out when.
 *
 * <p>Anything malformed closes the stream with a status that says what and why. When the stream ends, for whatever reason, every
 * subscription is withdrawn at once.
 */
final class LeaderStream extends ServerCall.Listener<FollowerMessage> {
    /** More partitions than a broker pair can sensibly share. */
    private static final int MAX_SUBSCRIPTIONS = 200_000;

    /**
     * How long a moved watermark waits for data. Only consumers that read from followers see it; without, each record sent to a
     * partition that is written to now and then costs two frames a follower, and the threads that they wake.
     */
    private static final long WATERMARK_WAIT_NANOS = 5_000_000;

    private static final Logger LOG = LoggerFactory.getLogger(LeaderStream.class);

    private final ServerCall<FollowerMessage, LeaderFrame> call;
    private final ReplicationService service;
    private final Map<Integer, LeaderSubscription> subscriptions = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<LeaderSubscription> changed = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<LeaderSubscription> moved = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean pumpQueued = new AtomicBoolean();
    private final AtomicBoolean watermarksDue = new AtomicBoolean();
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile @Nullable Peer peer; // set by the first message, before anything reaches the loop

    /** Whose stream this is. */
    record Peer(int brokerId, long brokerEpoch, StreamKind kind, EventLoop loop, LeaderSender sender) {}

    LeaderStream(ServerCall<FollowerMessage, LeaderFrame> call, ReplicationService service) {
        this.call = call;
        this.service = service;
    }

    @Override
    public void onMessage(FollowerMessage message) {
        Peer known = peer;
        if (known == null) known = greet(message);
        else if (message.hasHello()) {
            close(Status.INVALID_ARGUMENT.withDescription("a second hello on a replication stream"));
            return;
        }
        if (known == null) return;
        Peer from = known;
        if (over.get() || isMalformed(message)) return;
        if (acknowledgedHere(message)) {
            goOn(from, message);
            if (from.sender().outOfCredit()) wake();
        } else {
            offer(from, () -> handle(from, message));
        }
    }

    private boolean isMalformed(FollowerMessage message) {
        if (message.getCreditMessages() >= 0 && message.getCreditBytes() >= 0) return false;
        close(Status.INVALID_ARGUMENT.withDescription("negative credit"));
        return true;
    }

    /**
     * The usual message has nothing but acknowledgements: these go to their partitions from the transport's thread.
     *
     * @return false: it is for the stream's loop, where it may be acknowledged once more
     */
    private boolean acknowledgedHere(FollowerMessage message) {
        if (message.hasHello() || message.getSubscribeCount() > 0 || message.getUnsubscribeCount() > 0) return false;
        for (Ack ack : message.getAcksList()) {
            LeaderSubscription s = subscriptions.get(ack.getHandle());
            if (s != null
                    && !s.source.offerAcknowledgement(s, ack.getLeaderEpoch(), ack.getLogEndOffset(), logStart(ack))) {
                return false;
            }
        }
        return true;
    }

    /** The next message comes only now, so that none overtakes another. */
    private void goOn(Peer from, FollowerMessage message) {
        from.sender().grant(message.getCreditMessages(), message.getCreditBytes());
        call.request(1);
    }

    private @Nullable Peer greet(FollowerMessage message) {
        Hello hello = message.getHello();
        String cluster = service.self().clusterId();
        if (!message.hasHello()) {
            close(Status.INVALID_ARGUMENT.withDescription(
                    "the first message of a replication stream must have a hello"));
            return null;
        }
        if (!hello.getClusterId().equals(cluster)) {
            close(Status.FAILED_PRECONDITION.withDescription("follower " + hello.getBrokerId() + " is of cluster '"
                    + hello.getClusterId() + "', this broker of '" + cluster + "'"));
            return null;
        }
        if (hello.getBrokerEpoch() < 0) {
            // In an ISR proposal its life could not be told from an earlier one that held more (KIP-903).
            close(Status.FAILED_PRECONDITION.withDescription(
                    "follower " + hello.getBrokerId() + " has no broker epoch: it must register first"));
            return null;
        }
        Optional<StreamKind> kind = kind(hello);
        if (hello.getBrokerId() < 0 || hello.getBrokerId() == service.self().id() || kind.isEmpty()) {
            close(Status.INVALID_ARGUMENT.withDescription("broker " + hello.getBrokerId() + " cannot follow broker "
                    + service.self().id() + " on a stream of kind " + hello.getKindValue()));
            return null;
        }
        EventLoop loop = service.loop(kind.get());
        LeaderSender sender = new LeaderSender(call, service.metrics(), nanos -> loop.schedule(nanos, this::heldMayGo));
        Peer greeted = new Peer(hello.getBrokerId(), hello.getBrokerEpoch(), kind.get(), loop, sender);
        peer = greeted;
        call.sendHeaders(new Metadata());
        LOG.info(
                "follower {} (epoch {}) opened a {} stream", greeted.brokerId(), greeted.brokerEpoch(), greeted.kind());
        return greeted;
    }

    private static Optional<StreamKind> kind(Hello hello) {
        return switch (hello.getKind()) {
            case TAIL -> Optional.of(StreamKind.TAIL);
            case CATCH_UP -> Optional.of(StreamKind.CATCH_UP);
            case UNRECOGNIZED -> Optional.empty();
        };
    }

    private void handle(Peer from, FollowerMessage message) {
        if (over.get()) return;
        message.getAcksList().forEach(this::acknowledge);
        message.getUnsubscribeList().forEach(this::unsubscribe);
        for (Subscribe request : message.getSubscribeList()) {
            if (!subscribe(from, request)) return;
        }
        goOn(from, message);
        pump(from);
    }

    private void acknowledge(Ack ack) {
        LeaderSubscription s = subscriptions.get(ack.getHandle());
        if (s == null) return; // crossed a refusal or its own unsubscribe
        s.source.acknowledge(s, ack.getLeaderEpoch(), ack.getLogEndOffset(), logStart(ack));
    }

    private static OptionalLong logStart(Ack ack) {
        return ack.hasLogStartOffset() ? OptionalLong.of(ack.getLogStartOffset()) : OptionalLong.empty();
    }

    private void unsubscribe(int handle) {
        LeaderSubscription s = subscriptions.remove(handle);
        if (s != null) s.source.unsubscribe(s);
    }

    /** @return false when the stream was closed */
    private boolean subscribe(Peer from, Subscribe request) {
        if (request.getTopicId().size() != 16
                || request.getPartition() < 0
                || request.getLogEndOffset() < 0
                || subscriptions.containsKey(request.getHandle())) {
            close(Status.INVALID_ARGUMENT.withDescription(
                    "a subscription needs a free handle, a topic id of 16 bytes, a partition "
                            + "and an offset of at least 0; this one has handle " + request.getHandle()
                            + ", a topic id of "
                            + request.getTopicId().size() + " bytes, partition " + request.getPartition() + ", offset "
                            + request.getLogEndOffset()));
            return false;
        }
        if (subscriptions.size() >= MAX_SUBSCRIPTIONS) {
            close(Status.RESOURCE_EXHAUSTED.withDescription(
                    "more than " + MAX_SUBSCRIPTIONS + " partitions on a stream"));
            return false;
        }
        PartitionId id = new PartitionId(Uuid.fromBytes(request.getTopicId().toByteArray()), request.getPartition());
        Optional<ReplicationSource> source = service.sources().source(id);
        if (source.isEmpty()) {
            from.sender()
                    .refuse(
                            request.getHandle(),
                            new Refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, -1, Optional.empty(), -1));
            return true;
        }
        Position position = new Position(
                request.getLeaderEpoch(),
                request.getPartitionEpoch(),
                request.getLogEndOffset(),
                request.getLastEpoch(),
                request.getLogStartOffset(),
                request.hasAcknowledgedOffset() ? request.getAcknowledgedOffset() : request.getLogEndOffset());
        LeaderSubscription s = new LeaderSubscription(this, request.getHandle(), from, source.get(), position);
        subscriptions.put(request.getHandle(), s);
        s.source.subscribe(position, s);
        if (over.get()) unsubscribe(request.getHandle()); // the stream ended meanwhile, and may have missed this one
        return true;
    }

    /** A subscription has something to say; from any thread, once until it is {@link LeaderSubscription#seen}. */
    void changed(LeaderSubscription s) {
        changed.add(s);
        wake();
    }

    @Override
    public void onReady() {
        wake();
    }

    private void wake() {
        Peer to = peer;
        if (to == null || over.get() || pumpQueued.getAndSet(true)) return;
        offer(to, () -> pump(to));
    }

    private void offer(Peer to, Runnable task) {
        if (to.loop().offer(task)) return;
        close(Status.RESOURCE_EXHAUSTED.withDescription("the leader's replication thread is overloaded; reconnect"));
    }

    /** From any thread, once until it is {@link LeaderSubscription#watermarkSeen}: tells it soon, unless data takes it along before. */
    void watermarkMoved(LeaderSubscription s) {
        moved.add(s);
        Peer to = peer;
        if (to == null || over.get() || watermarksDue.getAndSet(true)) return;
        offer(to, () -> to.loop().schedule(WATERMARK_WAIT_NANOS, () -> tellWatermarks(to)));
    }

    private void tellWatermarks(Peer to) {
        watermarksDue.set(false);
        for (LeaderSubscription s = moved.poll(); s != null; s = moved.poll()) {
            s.watermarkSeen();
            to.sender().tellWatermark(s);
        }
        pump(to);
    }

    /** On the loop: what had to wait for its budget. */
    private void heldMayGo() {
        Peer to = peer;
        if (to == null) return;
        to.sender().release();
        pump(to);
    }

    private void pump(Peer to) {
        pumpQueued.set(false);
        if (over.get()) return;
        try {
            for (LeaderSubscription s = changed.poll(); s != null; s = changed.poll()) {
                s.seen();
                if (subscriptions.get(s.handle) != s) continue;
                Refused why = s.refused();
                if (why == null) {
                    to.sender().enqueue(s);
                } else {
                    unsubscribe(s.handle);
                    to.sender().refuse(s.handle, why);
                }
            }
            to.sender().send(s -> subscriptions.get(s.handle) == s);
        } catch (RuntimeException e) {
            // The call is dead or its transport failed: the follower reconnects.
            LOG.warn("replication stream to follower {} failed", to.brokerId(), e);
            close(Status.INTERNAL.withDescription("the leader could not send").withCause(e));
        }
    }

    @Override
    public void onHalfClose() {
        close(Status.OK);
    }

    @Override
    public void onCancel() {
        end("the connection broke");
    }

    @Override
    public void onComplete() {
        end("the stream was closed");
    }

    private void close(Status status) {
        if (!end(status.toString())) return;
        try {
            call.close(status, new Metadata());
        } catch (IllegalStateException e) {
            LOG.debug("the stream was closed already", e);
        }
    }

    /** From any thread, also twice. @return whether this call ended it */
    private boolean end(String why) {
        if (over.getAndSet(true)) return false;
        service.closed(this);
        Peer who = peer;
        if (who != null) LOG.info("{} stream of follower {} ended: {}", who.kind(), who.brokerId(), why);
        subscriptions.values().forEach(s -> s.source.unsubscribe(s));
        subscriptions.clear();
        return true;
    }
}
