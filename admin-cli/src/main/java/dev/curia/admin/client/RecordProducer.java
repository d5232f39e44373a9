package dev.curia.admin.client;

import dev.curia.admin.client.ClusterException.Kind;
import dev.curia.common.time.Clock;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import dev.curia.proto.data.v1.Acks;
import dev.curia.proto.data.v1.Compression;
import dev.curia.proto.data.v1.ProduceRequest;
import dev.curia.proto.data.v1.ProduceResponse;
import dev.curia.proto.data.v1.Record;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Sends records to the leaders of a topic's partitions. Each partition has one batch in flight: what gathers meanwhile is the next,
 * so order holds through every retry and batches grow with load.
 *
 * <p>At least once: a batch whose answer was lost is sent again, and the data API knows no producer ids to tell that it is there
 * already; {@link #maybeTwice()} counts such records. Used by one thread; blocks it while too much is unacknowledged.
 */
public final class RecordProducer implements AutoCloseable {
    private static final long MAX_BUFFERED_BYTES = 16L << 20;
    private static final Duration RETRY_PAUSE = Duration.ofMillis(100);

    private final Supplier<TopicRoutes> lookUp;
    private final Channels channels;
    private final Settings settings;
    private final Clock clock;
    private final Map<Integer, ProduceLane> lanes = new HashMap<>();
    private final Map<ServerAddress, ProduceStream<ProduceLane>> streams = new HashMap<>();
    // Bounded by the lanes: one request each.
    private final BlockingQueue<ProduceStream.Event<ProduceLane>> events = new LinkedBlockingQueue<>();
    private final SortedMap<Integer, Written> written = new TreeMap<>();
    private TopicRoutes routes;
    private boolean routesStale;
    private long bufferedBytes;
    private long maybeTwice;
    private Acknowledged acknowledged = (partition, count) -> {};

    /** @param timeout how long one batch is tried */
    public record Settings(Acks acks, Compression compression, Duration timeout) {}

    /** What a partition acknowledged. */
    public record Written(long records, long firstOffset, long lastOffset) {}

    /** @param lookUp asks the quorum anew, when a leader has moved */
    public RecordProducer(
            TopicRoutes routes, Supplier<TopicRoutes> lookUp, Channels channels, Settings settings, Clock clock) {
        this.routes = routes;
        this.lookUp = lookUp;
        this.channels = channels;
        this.settings = settings;
        this.clock = clock;
    }

    /** Takes a record; it leaves when a batch is full, or with {@link #flush()}. */
    public void send(int partition, Record record) {
        ProduceLane lane = lanes.computeIfAbsent(partition, ProduceLane::new);
        bufferedBytes += lane.add(record);
        if (lane.full()) dispatch(lane);
        while (bufferedBytes > MAX_BUFFERED_BYTES) {
            lanes.values().forEach(this::dispatch);
            await(settings.timeout.toNanos());
        }
    }

    /** Is told what is acknowledged, batch by batch, in each partition's order. */
    public interface Acknowledged {
        void records(int partition, int count);
    }

    /** Replaces who is told. */
    public void onAcknowledged(Acknowledged listener) {
        acknowledged = listener;
    }

    /** Sends what can go now, full batch or not, and waits at most so long for an answer. */
    public void poll(Duration longest) {
        lanes.values().forEach(this::dispatch);
        await(longest.toNanos());
    }

    /** Returns when everything taken is acknowledged; throws {@link ClusterException} when that can't be. */
    public void flush() {
        while (bufferedBytes > 0) {
            lanes.values().forEach(this::dispatch);
            await(settings.timeout.toNanos());
        }
    }

    /** What was acknowledged, by partition. */
    public SortedMap<Integer, Written> written() {
        return written;
    }

    /** Acknowledged records that were sent more than once, and so may be in the log more than once. */
    public long maybeTwice() {
        return maybeTwice;
    }

    @Override
    public void close() {
        streams.values().forEach(ProduceStream::close);
    }

    /** Sends a lane's next batch if it may go now. */
    private void dispatch(ProduceLane lane) {
        long now = clock.monotonicNanos();
        if (!lane.ready(now)) return;
        lane.begin(now + settings.timeout.toNanos());
        if (lane.deadline - now <= 0) throw lane.gaveUp(routes.topic());
        if (routesStale) {
            routes = lookUp.get();
            routesStale = false;
        }
        ServerAddress leader = routes.leader(lane.partition).orElse(null);
        if (leader == null) {
            retryLater(lane, "partition " + lane.partition + " has no leader at the moment", false);
            return;
        }
        ProduceRequest request = ProduceRequest.newBuilder()
                .setTopic(routes.topic())
                .setPartition(lane.partition)
                .setAcks(settings.acks)
                .setCompression(settings.compression)
                .addAllRecords(lane.batch())
                .build();
        lane.sent();
        streams.computeIfAbsent(leader, broker -> new ProduceStream<>(broker, channels.to(broker), events))
                .send(lane, request);
    }

    /** Waits until something happens, and deals with it. */
    private void await(long longestNanos) {
        long now = clock.monotonicNanos();
        long wait = longestNanos;
        for (ProduceLane lane : lanes.values()) wait = Math.min(wait, lane.nextMoment(now));
        try {
            ProduceStream.Event<ProduceLane> event = events.poll(Math.max(wait, 0), TimeUnit.NANOSECONDS);
            for (; event != null; event = events.poll()) handle(event);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterException(Kind.OUTCOME_UNKNOWN, "interrupted while records were on their way", e);
        }
        long then = clock.monotonicNanos();
        for (ProduceLane lane : lanes.values()) {
            if (lane.inFlight() && lane.deadline - then <= 0) throw lane.gaveUp(routes.topic());
            if (!lane.waitsForMore()) dispatch(lane);
        }
    }

    private void handle(ProduceStream.Event<ProduceLane> event) {
        ProduceResponse response = event.response();
        if (response != null) {
            ProduceLane lane = event.stream().answered();
            if (lane != null) answer(lane, response);
            return;
        }
        Throwable failure = event.failure();
        streams.remove(event.stream().broker, event.stream());
        channels.forget(event.stream().broker);
        String reason = event.stream().broker + ": " + (failure == null ? "" : Failures.reason(failure));
        if (failure != null && !DataStreams.passes(failure)) {
            throw new ClusterException(
                    Kind.REFUSED, "cannot produce to topic " + routes.topic() + ": " + reason, failure);
        }
        boolean maybeDone = !reason.endsWith("connection refused");
        event.stream().unanswered().forEach(lane -> retryLater(lane, reason, maybeDone));
    }

    private void answer(ProduceLane lane, ProduceResponse response) {
        Status status = response.getStatus();
        ErrorCode code = status.getCode();
        if (code == ErrorCode.NONE) {
            if (lane.maybeDone()) maybeTwice += lane.batch().size();
            int records = lane.batch().size();
            count(lane.partition, records, response.getBaseOffset());
            bufferedBytes -= lane.done();
            acknowledged.records(lane.partition, records);
        } else if (code == ErrorCode.MESSAGE_TOO_LARGE && lane.split()) {
            dispatch(lane);
        } else if (DataStreams.passes(code)) {
            retryLater(lane, status.getMessage(), DataStreams.maybeDone(code));
        } else {
            throw new ClusterException(Kind.REFUSED, Explain.refusal("produce to", routes.topic(), status));
        }
    }

    private void count(int partition, int records, long baseOffset) {
        long last = baseOffset + records - 1;
        written.merge(
                partition,
                new Written(records, baseOffset, last),
                (sum, batch) -> new Written(sum.records + records, sum.firstOffset, last));
    }

    private void retryLater(ProduceLane lane, String why, boolean maybeDone) {
        routesStale = true;
        lane.retry(clock.monotonicNanos() + RETRY_PAUSE.toNanos(), why, maybeDone);
    }
}
