package dev.curia.replica.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.curia.common.loop.EventLoop;
import dev.curia.common.time.SystemClock;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.replication.v1.Ack;
import dev.curia.proto.replication.v1.FollowerMessage;
import dev.curia.proto.replication.v1.Hello;
import dev.curia.proto.replication.v1.LeaderMessage;
import dev.curia.proto.replication.v1.Refusal;
import dev.curia.proto.replication.v1.ReplicationGrpc;
import dev.curia.proto.replication.v1.Subscribe;
import dev.curia.replica.port.LeaderLease;
import dev.curia.replica.port.LocalBroker;
import dev.curia.replica.port.ReplicaMetrics;
import dev.curia.replica.port.ReplicationSource;
import dev.curia.replica.port.SendBudget;
import dev.curia.testkit.Await;
import dev.curia.testkit.ManualClock;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The leader's side against a plain generated stub: credit, greeting, malformed requests, and what a broken stream leaves. */
class ReplicationServiceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int BATCH_BYTES = 100;
    private static final Duration A_WHILE = Duration.ofMillis(60); // the sender waits for news and budgets no longer

    @TempDir
    Path dir;

    private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
    private final ManualClock clock = new ManualClock();
    private final EventLoop tail = new EventLoop("tail", 1000, clock, (w, c) -> faults.add(w + c));
    private final EventLoop catchUp = new EventLoop("catch-up", 1000, new SystemClock(), (w, c) -> faults.add(w + c));
    private Source source;
    private ReplicationService service;
    private Server server;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws IOException {
        source = new Source(dir.resolve("segment"));
        tail.start();
        catchUp.start();
        service = new ReplicationService(
                new LocalBroker("c", 1, () -> 1, LeaderLease.ALWAYS),
                id -> id.partition() == 0 ? Optional.of(source) : Optional.empty(),
                List.of(tail),
                catchUp,
                new ReplicaMetrics(new SimpleMeterRegistry()));
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .directExecutor()
                .addService(service.bind())
                .build()
                .start();
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
                .usePlaintext()
                .build();
    }

    @AfterEach
    void stop() throws IOException {
        channel.shutdownNow();
        server.shutdownNow();
        Await.until("the server is down", PATIENCE, server::isTerminated);
        tail.close();
        catchUp.close();
        source.file.close();
        assertThat(faults).isEmpty();
        Await.until("all streams are closed", PATIENCE, () -> service.openStreams() == 0);
    }

    @Test
    void sendsNoMoreBatchesThanTheFollowersCredit() {
        Follower follower = new Follower();
        follower.send(
                hello("c", 2).addSubscribe(subscription(0)).setCreditMessages(2).setCreditBytes(1 << 20));
        for (int i = 0; i < 5; i++) {
            source.append();
            int sent = Math.min(2, i + 1);
            Await.until("batch " + i, PATIENCE, () -> follower.withRecords() == sent);
        }
        source.advance(5);
        awaitLater("a watermark needs no credit", () -> follower.lastWatermark() == 5);
        assertThat(follower.withRecords()).isEqualTo(2);

        follower.send(FollowerMessage.newBuilder().setCreditMessages(1).setCreditBytes(1));

        Await.until("what gathered comes as one", PATIENCE, () -> follower.records() == 5 * BATCH_BYTES);
        assertThat(follower.withRecords()).isEqualTo(3);
    }

    @Test
    void aMovedWatermarkRidesOnTheNextRecordsOrFollowsSoon() {
        Follower follower = new Follower();
        follower.send(
                hello("c", 2).addSubscribe(subscription(0)).setCreditMessages(9).setCreditBytes(1 << 20));
        Await.until("subscribed", PATIENCE, () -> follower.received.size() == 1);
        source.append();
        Await.until("a record", PATIENCE, () -> follower.received.size() == 2);

        source.advance(1);
        source.append();
        Await.until("another, with the watermark", PATIENCE, () -> follower.lastWatermark() == 1);
        assertThat(follower.received).hasSize(3);
        assertThat(follower.withRecords()).isEqualTo(2);
        clock.advance(A_WHILE); // nothing is left to tell

        source.advance(2);
        source.deleteBefore(2);
        Await.until("the start is told at once", PATIENCE, () -> follower.received.size() == 4);
        source.append();
        Await.until("a record", PATIENCE, () -> follower.received.size() == 5);
        source.advance(3);
        awaitLater("the watermark, alone", () -> follower.lastWatermark() == 3);
        assertThat(follower.received).hasSize(6);
    }

    @Test
    void acknowledgementsDoNotWaitForTheThreadThatSends() {
        Follower follower = new Follower();
        follower.send(hello("c", 2).addSubscribe(subscription(0)));
        Await.until("subscribed", PATIENCE, () -> !follower.received.isEmpty());
        CountDownLatch held = new CountDownLatch(1);
        assertThat(tail.offer(() -> await(held))).isTrue();
        follower.acknowledge(7);
        Await.until("acknowledged", PATIENCE, () -> source.acknowledged.size() == 1);

        source.overloaded = true;
        follower.acknowledge(8);
        Await.until("it has to wait", PATIENCE, () -> tail.backlog() == 1);
        source.overloaded = false;
        follower.acknowledge(9);
        held.countDown();
        Await.until("all", PATIENCE, () -> source.acknowledged.size() == 3);
        assertThat(source.acknowledged).extracting(told -> told.substring(0, 1)).containsExactly("7", "8", "9");
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatIsLimitedWaitsForItsBudgetAndNothingElseDoes() {
        AtomicLong wait = new AtomicLong(Duration.ofMinutes(5).toNanos());
        AtomicLong spent = new AtomicLong();
        source.budget = new SendBudget() {
            @Override
            public long waitNanos() {
                return wait.get();
            }

            @Override
            public void spent(int bytes) {
                spent.addAndGet(bytes);
            }
        };
        Follower limited = new Follower();
        limited.send(
                hello("c", 2).addSubscribe(subscription(0)).setCreditMessages(9).setCreditBytes(1 << 20));
        Await.until("subscribed", PATIENCE, () -> !limited.received.isEmpty());
        source.budget = SendBudget.UNLIMITED;
        Follower other = new Follower();
        other.send(
                hello("c", 3).addSubscribe(subscription(0)).setCreditMessages(9).setCreditBytes(1 << 20));
        Await.until("subscribed", PATIENCE, () -> !other.received.isEmpty());
        source.append();
        source.advance(1);
        Await.until("the other has it", PATIENCE, () -> other.records() == BATCH_BYTES);
        awaitLater("news needs no budget", () -> limited.lastWatermark() == 1);
        assertThat(limited.withRecords()).isZero();

        wait.set(0);

        awaitLater("it goes on by itself", () -> limited.records() == BATCH_BYTES);
        assertThat(spent).hasValue(BATCH_BYTES);
    }

    @Test
    void followerWhoseNextBatchesWereDeletedIsToldWhereToStartOver() {
        Follower follower = new Follower();
        follower.send(hello("c", 2).addSubscribe(subscription(0)));
        Await.until("subscribed", PATIENCE, () -> !follower.received.isEmpty());
        for (int i = 0; i < 5; i++) source.append();
        source.deleteBefore(3);
        Await.until(
                "news of the start needs no credit",
                PATIENCE,
                () -> follower.received.stream().anyMatch(m -> m.getLogStartOffset() == 3));
        assertThat(follower.withRecords()).isZero();

        follower.send(FollowerMessage.newBuilder().setCreditMessages(5).setCreditBytes(1 << 20));

        Await.until("refused", PATIENCE, () -> follower.received.stream().anyMatch(LeaderMessage::hasRefusal));
        assertThat(follower.received)
                .last()
                .extracting(LeaderMessage::getRefusal)
                .returns(ErrorCode.OFFSET_OUT_OF_RANGE, Refusal::getCode)
                .returns(3L, Refusal::getLogStartOffset);
        Await.until("the subscription is withdrawn", PATIENCE, source.subscribers::isEmpty);
    }

    @Test
    void acknowledgementsSayWhereTheFollowersLogStartsIfTheyKnow() {
        Follower follower = new Follower();
        follower.send(hello("c", 2).addSubscribe(subscription(0)));
        follower.send(FollowerMessage.newBuilder()
                .addAcks(Ack.newBuilder().setHandle(1).setLogEndOffset(7))
                .addAcks(Ack.newBuilder().setHandle(1).setLogEndOffset(8).setLogStartOffset(0))
                .addAcks(Ack.newBuilder().setHandle(1).setLogEndOffset(9).setLogStartOffset(5)));
        Await.until("acknowledged", PATIENCE, () -> source.acknowledged.size() == 3);
        assertThat(source.acknowledged)
                .containsExactly("7 from OptionalLong.empty", "8 from OptionalLong[0]", "9 from OptionalLong[5]");
    }

    @Test
    void closesMalformedStreamsWithAReasonAndWithdrawsSubscriptions() {
        assertRefused(FollowerMessage.newBuilder().setCreditMessages(1), Status.Code.INVALID_ARGUMENT, "hello");
        assertRefused(hello("other", 2), Status.Code.FAILED_PRECONDITION, "cluster 'other'");
        assertRefused(hello("c", 1), Status.Code.INVALID_ARGUMENT, "cannot follow");
        FollowerMessage.Builder unregistered = hello("c", 2);
        unregistered.getHelloBuilder().setBrokerEpoch(-1);
        assertRefused(unregistered, Status.Code.FAILED_PRECONDITION, "must register first");
        assertRefused(hello("c", 2).setCreditMessages(-1), Status.Code.INVALID_ARGUMENT, "negative credit");
        assertRefused(
                hello("c", 2).addSubscribe(subscription(0)).addSubscribe(subscription(0)),
                Status.Code.INVALID_ARGUMENT,
                "free handle");
        assertRefused(
                hello("c", 2)
                        .addSubscribe(subscription(0))
                        .addSubscribe(
                                subscription(0).toBuilder().setHandle(9).setTopicId(ByteString.copyFromUtf8("x"))),
                Status.Code.INVALID_ARGUMENT,
                "16 bytes");
        Await.until("all withdrawn", PATIENCE, () -> source.subscribers.isEmpty());
    }

    @Test
    void brokenStreamWithdrawsItsSubscriptions() {
        Follower follower = new Follower();
        follower.send(hello("c", 2).addSubscribe(subscription(0)));
        Await.until("subscribed", PATIENCE, () -> source.subscribers.size() == 1);
        channel.shutdownNow();
        Await.until("withdrawn", PATIENCE, () -> source.subscribers.isEmpty());
    }

    @Test
    void unknownPartitionIsRefusedAndTheStreamGoesOn() {
        Follower follower = new Follower();
        follower.send(hello("c", 2).addSubscribe(subscription(3)));
        Await.until("refusal", PATIENCE, () -> !follower.received.isEmpty());
        assertThat(follower.received.get(0).getRefusal().getCode()).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        follower.send(FollowerMessage.newBuilder().addSubscribe(subscription(0)));
        Await.until(
                "subscribed",
                PATIENCE,
                () -> follower.received.get(follower.received.size() - 1).getSubscribed());
    }

    /** While time passes. */
    private void awaitLater(String what, BooleanSupplier condition) {
        Await.until(what, PATIENCE, () -> {
            clock.advance(A_WHILE);
            return condition.getAsBoolean();
        });
    }

    private void assertRefused(FollowerMessage.Builder message, Status.Code code, String reason) {
        Follower follower = new Follower();
        follower.send(message);
        Status status = Await.value("closed", PATIENCE, () -> follower.closed);
        assertThat(status.getCode()).isEqualTo(code);
        assertThat(status.getDescription()).contains(reason);
    }

    private static FollowerMessage.Builder hello(String cluster, int broker) {
        return FollowerMessage.newBuilder()
                .setHello(Hello.newBuilder()
                        .setClusterId(cluster)
                        .setBrokerId(broker)
                        .setBrokerEpoch(5));
    }

    private static Subscribe subscription(int partition) {
        return Subscribe.newBuilder()
                .setHandle(1)
                .setTopicId(ByteString.copyFrom(new byte[16]))
                .setPartition(partition)
                .setLastEpoch(-1)
                .build();
    }

    private final class Follower implements StreamObserver<LeaderMessage> {
        final List<LeaderMessage> received = new CopyOnWriteArrayList<>();
        volatile @Nullable Status closed;
        private final StreamObserver<FollowerMessage> out =
                ReplicationGrpc.newStub(channel).replicate(this);

        void send(FollowerMessage.Builder message) {
            out.onNext(message.build());
        }

        void acknowledge(long logEndOffset) {
            send(FollowerMessage.newBuilder()
                    .addAcks(Ack.newBuilder().setHandle(1).setLogEndOffset(logEndOffset)));
        }

        long withRecords() {
            return received.stream().filter(m -> !m.getRecords().isEmpty()).count();
        }

        long records() {
            return received.stream().mapToLong(m -> m.getRecords().size()).sum();
        }

        long lastWatermark() {
            return received.get(received.size() - 1).getHighWatermark();
        }

        @Override
        public void onNext(LeaderMessage message) {
            received.add(message);
        }

        @Override
        public void onError(Throwable t) {
            closed = Status.fromThrowable(t);
        }

        @Override
        public void onCompleted() {
            closed = Status.OK;
        }
    }

    /** A leader whose log is a file of one-record batches of {@link #BATCH_BYTES} each. */
    private static final class Source implements ReplicationSource {
        final List<Subscriber> subscribers = new CopyOnWriteArrayList<>();
        final List<String> acknowledged = new CopyOnWriteArrayList<>();
        final FileChannel file;
        volatile SendBudget budget = SendBudget.UNLIMITED;
        volatile boolean overloaded;
        private volatile Ends ends = new Ends(0, 0, 0, 0);

        Source(Path path) throws IOException {
            Files.write(path, new byte[0]);
            file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        }

        void append() {
            long offset = ends.logEndOffset();
            ByteBuffer batch =
                    ByteBuffer.allocate(BATCH_BYTES).putLong(0, offset).putInt(8, BATCH_BYTES - 12);
            try {
                file.write(batch, offset * BATCH_BYTES);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            publish(new Ends(ends.logStartOffset(), ends.highWatermark(), offset + 1, 0));
        }

        void deleteBefore(long offset) {
            publish(new Ends(offset, offset, ends.logEndOffset(), 0));
        }

        void advance(long watermark) {
            publish(ends.withHighWatermark(watermark));
        }

        private void publish(Ends now) {
            ends = now;
            subscribers.forEach(s -> s.changed(now));
        }

        @Override
        public void subscribe(Position position, Subscriber subscriber) {
            subscribers.add(subscriber);
            subscriber.limited(budget);
            subscriber.accepted(ends);
        }

        @Override
        public void acknowledge(
                Subscriber subscriber, int leaderEpoch, long logEndOffset, OptionalLong logStartOffset) {
            acknowledged.add(logEndOffset + " from " + logStartOffset);
        }

        @Override
        public boolean offerAcknowledgement(
                Subscriber subscriber, int leaderEpoch, long logEndOffset, OptionalLong logStartOffset) {
            if (!overloaded) acknowledge(subscriber, leaderEpoch, logEndOffset, logStartOffset);
            return !overloaded;
        }

        @Override
        public long deletesRemovedTo() {
            return 0;
        }

        @Override
        public void unsubscribe(Subscriber subscriber) {
            subscribers.remove(subscriber);
        }

        @Override
        public ByteBuffer read(int leaderEpoch, long offset, ByteBuffer room) throws IOException {
            if (offset < ends.logStartOffset()) return ByteBuffer.allocate(0);
            ByteBuffer all = ByteBuffer.allocate((int) (ends.logEndOffset() - offset) * BATCH_BYTES);
            file.read(all, offset * BATCH_BYTES);
            return all.flip();
        }
    }
}
