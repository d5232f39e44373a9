package dev.curia.admin.client;

import dev.curia.admin.client.ClusterException.Kind;
import dev.curia.common.time.Clock;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import dev.curia.proto.data.v1.ConsumeRequest;
import dev.curia.proto.data.v1.ConsumeResponse;
import dev.curia.proto.data.v1.DataGrpc;
import dev.curia.proto.data.v1.DataGrpc.DataBlockingStub;
import dev.curia.proto.data.v1.Isolation;
import dev.curia.proto.data.v1.ListOffsetsRequest;
import dev.curia.proto.data.v1.ListOffsetsResponse;
import dev.curia.proto.data.v1.LocateReadersRequest;
import dev.curia.proto.data.v1.LocateReadersResponse.Place;
import dev.curia.proto.data.v1.Record;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads partitions from their leaders, one stream a partition, and follows leaders that move without losing or repeating a record.
 * Used by one thread, which it blocks; holds at most {@link #WINDOW} messages a partition.
 */
public final class RecordConsumer implements AutoCloseable {
    private static final int WINDOW = 2;
    private static final Duration RETRY_PAUSE = Duration.ofMillis(100);
    private static final Duration ATTEMPT = Duration.ofSeconds(3);

    /** {@code timestamp} for {@link #offset}: behind the last readable record. */
    public static final long LATEST = -1;

    /** {@code timestamp} for {@link #offset}: the first record kept. */
    public static final long EARLIEST = -2;

    private final Supplier<TopicRoutes> lookUp;
    private final Channels channels;
    private final Settings settings;
    private final Clock clock;
    // Bounded by the windows of the streams.
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final List<Cursor> cursors = new ArrayList<>();
    private TopicRoutes routes;

    /**
     * @param patience how long a partition may have no leader that answers
     * @param idle ends reading when no record came for this long; null: never
     */
    public record Settings(
            Isolation isolation,
            Duration patience,
            @Nullable Duration idle) {}

    /** @param until exclusive; 0: never ends */
    public record Range(int partition, long from, long until) {}

    /** Takes records in each partition's order. */
    public interface Sink {
        /** @return false: enough */
        boolean accept(int partition, Record record) throws IOException;

        /** Nothing more is there right now: a good moment to show what came. */
        void pause() throws IOException;
    }

    /** @param lookUp asks the quorum anew, when a leader has moved */
    public RecordConsumer(
            TopicRoutes routes, Supplier<TopicRoutes> lookUp, Channels channels, Settings settings, Clock clock) {
        this.routes = routes;
        this.lookUp = lookUp;
        this.channels = channels;
        this.settings = settings;
        this.clock = clock;
    }

    /** The offset at {@link #LATEST}, {@link #EARLIEST}, or of the first record at or after a time; -1: none such. */
    public long offset(int partition, long timestamp) {
        ListOffsetsRequest request = ListOffsetsRequest.newBuilder()
                .setTopic(routes.topic())
                .setPartition(partition)
                .setTimestampMs(timestamp)
                .setIsolation(settings.isolation)
                .build();
        return ask(partition, stub -> stub.listOffsets(request), ListOffsetsResponse::getStatus)
                .getOffset();
    }

    /** How far a reader that reads {@code offset} next is from both ends. */
    public Place place(int partition, long offset) {
        LocateReadersRequest request = LocateReadersRequest.newBuilder()
                .addReaders(LocateReadersRequest.Reader.newBuilder()
                        .setTopic(routes.topic())
                        .setPartition(partition)
                        .setOffset(offset))
                .build();
        return ask(partition, stub -> stub.locateReaders(request).getPlaces(0), Place::getStatus);
    }

    /** Of the partition's leader, wherever that goes. */
    private <T> T ask(int partition, Function<DataBlockingStub, T> call, Function<T, Status> status) {
        long deadline = clock.monotonicNanos() + settings.patience.toNanos();
        while (true) {
            String why;
            ServerAddress leader = routes.leader(partition).orElse(null);
            if (leader == null) {
                why = "it has no leader at the moment";
            } else {
                try {
                    T response = call.apply(DataGrpc.newBlockingStub(channels.to(leader))
                            .withDeadlineAfter(ATTEMPT.toMillis(), TimeUnit.MILLISECONDS));
                    Status said = status.apply(response);
                    if (said.getCode() == ErrorCode.NONE) return response;
                    if (!DataStreams.passes(said.getCode()))
                        throw new ClusterException(Kind.REFUSED, Explain.refusal("read", routes.topic(), said));
                    why = said.getMessage();
                } catch (StatusRuntimeException failure) {
                    why = failed(leader, failure);
                }
            }
            if (deadline - clock.monotonicNanos() <= 0) throw unreachable(partition, why);
            LockSupport.parkNanos(RETRY_PAUSE.toNanos());
            routes = lookUp.get();
        }
    }

    /** Reads until every range is at its end, the sink has enough, or nothing came for the idle time. */
    public void read(List<Range> ranges, Sink sink) throws IOException {
        for (Range range : ranges) {
            if (range.until == 0 || range.from < range.until) cursors.add(new Cursor(range));
        }
        cursors.forEach(Cursor::open);
        long lastRecord = clock.monotonicNanos();
        while (!cursors.isEmpty()) {
            Event event = events.poll();
            if (event == null) {
                sink.pause();
                event = await(lastRecord);
            }
            long now = clock.monotonicNanos();
            if (event != null) {
                int before = cursors.size();
                Progress progress = handle(event, sink);
                if (progress == Progress.ENOUGH) return;
                if (progress == Progress.RECORDS || cursors.size() < before) lastRecord = now;
            }
            if (settings.idle != null && now - lastRecord >= settings.idle.toNanos()) return;
            for (Cursor cursor : cursors) cursor.reopenIfDue(now);
        }
    }

    @Override
    public void close() {
        cursors.forEach(Cursor::cancel);
    }

    private enum Progress {
        NONE,
        RECORDS,
        ENOUGH
    }

    private record Event(
            Cursor cursor,
            int generation,
            @Nullable ConsumeResponse response,
            @Nullable Throwable failure) {}

    private @Nullable Event await(long lastRecord) {
        long now = clock.monotonicNanos();
        long wait = TimeUnit.HOURS.toNanos(1);
        if (settings.idle != null) wait = lastRecord + settings.idle.toNanos() - now;
        for (Cursor cursor : cursors) if (cursor.call == null) wait = Math.min(wait, cursor.reopenAt - now);
        try {
            return events.poll(Math.max(wait, 0), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterException(Kind.UNREACHABLE, "interrupted while reading", e);
        }
    }

    private Progress handle(Event event, Sink sink) throws IOException {
        Cursor cursor = event.cursor;
        if (event.generation != cursor.generation) return Progress.NONE;
        ConsumeResponse response = event.response;
        if (response == null) {
            Throwable failure = event.failure;
            if (failure == null) cursor.ended();
            else cursor.retry(failed(routes.leader(cursor.partition).orElse(null), failure));
            return Progress.NONE;
        }
        ErrorCode code = response.getStatus().getCode();
        if (code != ErrorCode.NONE) {
            if (!DataStreams.passes(code)) throw refused(cursor, response);
            cursor.retry(response.getStatus().getMessage());
            return Progress.NONE;
        }
        for (Record record : response.getRecordsList()) {
            if (!sink.accept(cursor.partition, record)) return Progress.ENOUGH;
            cursor.next = record.getOffset() + 1;
        }
        cursor.next = Math.max(cursor.next, response.getNextOffset());
        cursor.troubleSince = null;
        cursor.requestMore();
        return response.getRecordsCount() > 0 ? Progress.RECORDS : Progress.NONE;
    }

    private ClusterException refused(Cursor cursor, ConsumeResponse response) {
        if (response.getStatus().getCode() == ErrorCode.OFFSET_OUT_OF_RANGE) {
            return new ClusterException(
                    Kind.REFUSED,
                    "cannot read topic " + routes.topic() + " from offset " + cursor.next + " of partition "
                            + cursor.partition + ": " + response.getStatus().getMessage()
                            + ". --from-beginning starts at the first record.");
        }
        return new ClusterException(Kind.REFUSED, Explain.refusal("read", routes.topic(), response.getStatus()));
    }

    /** Throws when it is of no use to try again; else says why it failed. */
    private String failed(@Nullable ServerAddress broker, Throwable failure) {
        String why = broker + ": " + Failures.reason(failure);
        if (!DataStreams.passes(failure))
            throw new ClusterException(Kind.REFUSED, "cannot read topic " + routes.topic() + ": " + why, failure);
        if (broker != null) channels.forget(broker);
        return why;
    }

    private ClusterException unreachable(int partition, String why) {
        return new ClusterException(
                Kind.UNREACHABLE,
                "gave up on partition " + partition + " of topic " + routes.topic() + ": " + why
                        + ". 'curia topics describe " + routes.topic() + "' shows its leader; --timeout waits longer.");
    }

    /** One partition's position and its stream. Events of an earlier stream are told by their generation. */
    private final class Cursor {
        private final int partition;
        private final long until;
        private long next;
        private int generation;
        private long reopenAt;
        private @Nullable Long troubleSince;
        private volatile @Nullable ClientCallStreamObserver<ConsumeRequest> call;

        Cursor(Range range) {
            this.partition = range.partition;
            this.until = range.until;
            this.next = range.from;
        }

        void open() {
            ServerAddress leader = routes.leader(partition).orElse(null);
            if (leader == null) {
                retry("it has no leader at the moment");
                return;
            }
            generation++;
            ConsumeRequest request = ConsumeRequest.newBuilder()
                    .setTopic(routes.topic())
                    .setPartition(partition)
                    .setOffset(next)
                    .setUntilOffset(until)
                    .setIsolation(settings.isolation)
                    .build();
            DataGrpc.newStub(channels.to(leader)).consume(request, new Observer(this, generation));
        }

        void requestMore() {
            ClientCallStreamObserver<ConsumeRequest> stream = call;
            if (stream != null) stream.request(1);
        }

        /** The broker has sent all of a bounded range: the last offsets of one may hold nothing to show. */
        void ended() {
            if (until == 0) {
                retry("the broker ended the stream");
            } else {
                call = null;
                cursors.remove(this);
            }
        }

        /** Opens the stream anew after a moment; what the old one still says counts no more. */
        void retry(String why) {
            generation++;
            long now = clock.monotonicNanos();
            Long since = troubleSince;
            if (since == null) troubleSince = now;
            else if (now - since > settings.patience.toNanos()) throw unreachable(partition, why);
            call = null;
            reopenAt = now + RETRY_PAUSE.toNanos();
        }

        void reopenIfDue(long now) {
            if (call != null || reopenAt - now > 0) return;
            routes = lookUp.get();
            open();
        }

        void cancel() {
            ClientCallStreamObserver<ConsumeRequest> stream = call;
            if (stream != null) stream.cancel("enough", null);
        }
    }

    /** Called by gRPC on its thread: hands everything on. */
    private final class Observer implements ClientResponseObserver<ConsumeRequest, ConsumeResponse> {
        private final Cursor cursor;
        private final int generation;

        Observer(Cursor cursor, int generation) {
            this.cursor = cursor;
            this.generation = generation;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<ConsumeRequest> stream) {
            stream.disableAutoRequestWithInitial(WINDOW);
            cursor.call = stream;
        }

        @Override
        public void onNext(ConsumeResponse response) {
            events.add(new Event(cursor, generation, response, null));
        }

        @Override
        public void onError(Throwable failure) {
            events.add(new Event(cursor, generation, null, failure));
        }

        @Override
        public void onCompleted() {
            events.add(new Event(cursor, generation, null, null));
        }
    }
}
