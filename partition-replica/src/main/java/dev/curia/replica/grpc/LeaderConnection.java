package dev.curia.replica.grpc;

import com.google.protobuf.ByteString;
import dev.curia.proto.replication.v1.Ack;
import dev.curia.proto.replication.v1.FollowerMessage;
import dev.curia.proto.replication.v1.Hello;
import dev.curia.proto.replication.v1.Refusal;
import dev.curia.proto.replication.v1.Subscribe;
import dev.curia.replica.port.Peers;
import dev.curia.replica.port.ReplicaLinks.Chunk;
import dev.curia.replica.port.ReplicaLinks.Refused;
import dev.curia.replica.port.ReplicaLinks.Subscription;
import dev.curia.replica.port.StreamKind;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One running stream to a leader, from connect to break. What is to be sent is collected under the lock {@code this} and goes out, as one
 * message, whenever the call is ready: acknowledgements and credit gather by themselves under load.
 */
final class LeaderConnection extends ClientCall.Listener<LeaderFrame> {
    private static final int MAX_SUBSCRIPTIONS_A_MESSAGE = 1000;

    private final LeaderLink link;
    private final LinkConfig config;
    private final ManagedChannel channel;
    private final ClientCall<FollowerMessage, LeaderFrame> call;
    private final Hello hello;

    // Guarded by this.
    private final Map<Integer, Ack> acks = new LinkedHashMap<>();
    private final List<Integer> unsubscribed = new ArrayList<>();
    private int creditMessages;
    private long creditBytes;
    private boolean started;
    private boolean over;

    LeaderConnection(LeaderLink link, GrpcReplicaLinks links, StreamKind kind, Peers.Address address) {
        this.link = link;
        this.config = links.config();
        this.channel = links.channels().open(address, config.maxFrameBytes());
        this.call = channel.newCall(ReplicationMethod.REPLICATE, CallOptions.DEFAULT);
        this.hello = Hello.newBuilder()
                .setClusterId(links.self().clusterId())
                .setBrokerId(links.self().id())
                .setBrokerEpoch(links.self().brokerEpoch().getAsLong())
                .setKind(
                        kind == StreamKind.TAIL
                                ? dev.curia.proto.replication.v1.StreamKind.TAIL
                                : dev.curia.proto.replication.v1.StreamKind.CATCH_UP)
                .build();
    }

    void start() {
        call.start(this, new Metadata());
        call.request(config.creditMessages() + LinkConfig.NEWS_AHEAD);
        synchronized (this) {
            creditMessages += config.creditMessages();
            creditBytes += config.creditBytes();
            started = true;
            send(hello);
        }
    }

    synchronized void acknowledge(int handle, int leaderEpoch, long logEndOffset, long logStartOffset) {
        acks.put(
                handle,
                Ack.newBuilder()
                        .setHandle(handle)
                        .setLeaderEpoch(leaderEpoch)
                        .setLogEndOffset(logEndOffset)
                        .setLogStartOffset(logStartOffset)
                        .build());
    }

    void unsubscribe(int handle) {
        synchronized (this) {
            acks.remove(handle);
            unsubscribed.add(handle);
        }
        flush();
    }

    /** Sends what has gathered, if the call takes it now; if not, {@link #onReady} comes. */
    synchronized void flush() {
        while (started && !over && call.isReady()) {
            if (!send(null)) return;
        }
    }

    void cancel(String why) {
        call.cancel(why, null);
    }

    @Override
    public void onReady() {
        flush();
    }

    @Override
    public void onMessage(LeaderFrame frame) {
        link.works();
        Refusal refusal = frame.refusal();
        NetworkChunk chunk = new NetworkChunk(frame);
        if (refusal != null) {
            Optional<GrpcFeed> feed = link.removeFeed(frame.handle());
            chunk.close();
            feed.ifPresent(f -> f.events().refused(refused(refusal)));
            return;
        }
        Optional<GrpcFeed> feed = link.feed(frame.handle());
        if (feed.isPresent()) feed.get().events().received(chunk);
        else chunk.close(); // it crossed our unsubscribe
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        synchronized (this) {
            over = true;
        }
        channel.shutdownNow();
        link.broke(this, status);
    }

    private static Refused refused(Refusal refusal) {
        return new Refused(
                refusal.getCode(),
                refusal.getLeaderEpoch(),
                refusal.hasDiverging() ? Optional.of(refusal.getDiverging()) : Optional.empty(),
                refusal.getLogStartOffset());
    }

    /** @return whether there was anything to send */
    private boolean send(@Nullable Hello greeting) {
        FollowerMessage.Builder message = FollowerMessage.newBuilder();
        if (greeting != null) message.setHello(greeting);
        List<GrpcFeed> unsent = link.takeUnsent(MAX_SUBSCRIPTIONS_A_MESSAGE);
        unsent.forEach(feed -> message.addSubscribe(subscribe(feed)));
        boolean anything = greeting != null
                || !unsent.isEmpty()
                || !acks.isEmpty()
                || !unsubscribed.isEmpty()
                || creditMessages > 0;
        if (!anything) return false;
        message.addAllAcks(acks.values())
                .addAllUnsubscribe(unsubscribed)
                .setCreditMessages(creditMessages)
                .setCreditBytes(creditBytes);
        acks.clear();
        unsubscribed.clear();
        creditMessages = 0;
        creditBytes = 0;
        call.sendMessage(message.build());
        return true;
    }

    private static Subscribe subscribe(GrpcFeed feed) {
        Subscription s = feed.subscription();
        return Subscribe.newBuilder()
                .setHandle(feed.handle())
                .setTopicId(ByteString.copyFrom(s.partition().topicId().toBytes()))
                .setPartition(s.partition().partition())
                .setLeaderEpoch(s.leaderEpoch())
                .setPartitionEpoch(s.partitionEpoch())
                .setLogEndOffset(s.logEndOffset())
                .setLastEpoch(s.lastEpoch())
                .setLogStartOffset(feed.logStartOffset())
                .setAcknowledgedOffset(feed.acknowledgedOffset())
                .build();
    }

    /**
     * The chunk has been used up: the next may be read from the network, and sent by the leader. Credit rides on acknowledgements; where these wait
     * for the disk, it leaves by itself when the leader has no more messages left, or half of the bytes.
     */
    private void consumed(int bytes) {
        boolean due;
        synchronized (this) {
            if (over) return;
            if (bytes > 0) {
                creditMessages++;
                creditBytes += bytes;
            }
            due = !acks.isEmpty()
                    || creditMessages >= config.creditMessages()
                    || creditBytes >= config.creditBytes() / 2;
        }
        call.request(1);
        if (due) flush();
    }

    /** A frame on its way to its partition. */
    private final class NetworkChunk implements Chunk {
        private final LeaderFrame frame;
        private final AtomicBoolean open = new AtomicBoolean(true);

        NetworkChunk(LeaderFrame frame) {
            this.frame = frame;
        }

        @Override
        public int leaderEpoch() {
            return frame.leaderEpoch();
        }

        @Override
        public long baseOffset() {
            return frame.baseOffset();
        }

        @Override
        public long highWatermark() {
            return frame.highWatermark();
        }

        @Override
        public long logStartOffset() {
            return frame.logStartOffset();
        }

        @Override
        public long replicatedOffset() {
            return frame.replicatedOffset();
        }

        @Override
        public long deletesRemovedTo() {
            return frame.deletesRemovedTo();
        }

        @Override
        public int sizeInBytes() {
            return frame.records().size();
        }

        @Override
        public List<ByteBuffer> parts() {
            return frame.records().parts();
        }

        @Override
        public void close() {
            if (!open.getAndSet(false)) return;
            frame.records().close();
            consumed(frame.records().size());
        }
    }
}
