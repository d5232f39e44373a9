package dev.curia.broker.grpc;

import dev.curia.broker.kafka.batch.BatchReader;
import dev.curia.common.security.Operation;
import dev.curia.common.security.ResourceType;
import dev.curia.log.batch.InvalidBatchException;
import dev.curia.metadata.acl.Access;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.data.v1.ConsumeRequest;
import dev.curia.proto.data.v1.ConsumeResponse;
import dev.curia.proto.data.v1.Record;
import dev.curia.replica.Replica;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Consume stream: sends while the client keeps up, is within its quota, and there is something to read, and otherwise waits for that to change.
 *
 * <p>Threads: {@link #signal()} may come from anywhere; it starts {@link #pump()} on the readers' executor unless it runs already, so
 * that all else belongs to one thread at a time.
 */
final class ConsumeCall {
    private static final Logger LOG = LoggerFactory.getLogger(ConsumeCall.class);
    private static final int READ_BYTES = 1 << 20;

    /** What is decompressed for one message, about. */
    private static final int MESSAGE_BYTES = 512 << 10;

    private final Replica replica;
    private final Replica.Isolation isolation;
    private final Executor readers;
    private final ServerCallStreamObserver<ConsumeResponse> responses;
    private final Access access;
    private final AtomicInteger signals = new AtomicInteger();
    private final long untilOffset;
    private volatile boolean cancelled;
    private volatile Runnable stopWaiting = () -> {};

    // Owned by whoever runs the pump.
    private final StreamQuota quota;
    private long nextOffset;
    private boolean ended;

    ConsumeCall(
            Replica replica,
            ConsumeRequest request,
            Executor readers,
            StreamQuota quota,
            ServerCallStreamObserver<ConsumeResponse> responses,
            Access access) {
        this.replica = replica;
        this.readers = readers;
        this.quota = quota;
        this.responses = responses;
        this.access = access;
        this.isolation = DataService.isolation(request.getIsolation());
        this.nextOffset = request.getOffset();
        this.untilOffset = request.getUntilOffset() == 0 ? Long.MAX_VALUE : request.getUntilOffset();
    }

    void start() {
        responses.setOnReadyHandler(this::signal);
        responses.setOnCancelHandler(this::cancel);
        signal();
    }

    private void cancel() {
        cancelled = true;
        stopWaiting.run();
    }

    /** Something may have changed. */
    private void signal() {
        if (signals.getAndIncrement() > 0) return;
        try {
            readers.execute(this::pump);
        } catch (RejectedExecutionException e) {
            // Only when the broker stops.
            responses.onError(Status.UNAVAILABLE
                    .withDescription("this broker is stopping")
                    .asRuntimeException());
        }
    }

    private void pump() {
        int seen;
        do {
            seen = signals.get();
            try {
                send();
            } catch (InvalidBatchException e) {
                LOG.error("cannot decode {} at offset {}: {}", replica.name(), nextOffset, e.getMessage());
                end(
                        ErrorCode.CORRUPT_MESSAGE,
                        "cannot decode " + replica.name() + " at offset " + nextOffset + ": " + e.getMessage());
            } catch (IOException e) {
                LOG.error("cannot read {} at offset {}", replica.name(), nextOffset, e);
                end(ErrorCode.KAFKA_STORAGE_ERROR, "cannot read " + replica.name() + " at offset " + nextOffset);
            } catch (RuntimeException e) {
                LOG.error("cannot serve a reader of {} at offset {}", replica.name(), nextOffset, e);
                ended = true;
                responses.onError(Status.INTERNAL
                        .withDescription("see the server's log")
                        .withCause(e)
                        .asRuntimeException());
            }
        } while (signals.addAndGet(-seen) > 0);
    }

    private void send() throws IOException, InvalidBatchException {
        while (!ended && !cancelled && responses.isReady()) {
            if (nextOffset >= untilOffset) {
                ended = true;
                responses.onCompleted();
                return;
            }
            if (!quota.mayGoOn(this::signal)) return;
            long before = nextOffset;
            if (!sendOneRead() || ended) return;
            if (nextOffset == before) {
                // One wait at a time: the client becoming ready also leads here, while an earlier wait still stands.
                stopWaiting.run();
                stopWaiting = replica.onReadable(nextOffset, isolation, this::signal);
                if (cancelled) stopWaiting.run();
                return;
            }
        }
    }

    /** Reads once and sends what came; false when the client cannot take more, or the stream ended. */
    private boolean sendOneRead() throws IOException, InvalidBatchException {
        String topic = replica.name().topic();
        if (!access.renewed().may(Operation.READ, ResourceType.TOPIC, topic)) {
            end(ErrorCode.TOPIC_AUTHORIZATION_FAILED, "no longer authorized to read topic " + topic);
            return false;
        }
        Replica.ReadResult read = replica.read(new Replica.ReadRequest(
                nextOffset, READ_BYTES, true, isolation, OptionalInt.empty(), OptionalInt.empty()));
        try (var slice = read.records()) {
            if (read.error() != ErrorCode.NONE) {
                end(read.error(), explain(read));
                return false;
            }
            if (slice.size() == 0) return true;
            try (BatchReader reader = new BatchReader(slice.toBuffer(), nextOffset, untilOffset, read.aborted())) {
                return forward(reader, read.view().highWatermark());
            }
        }
    }

    private boolean forward(BatchReader reader, long highWatermark) throws InvalidBatchException {
        while (true) {
            List<Record> records = reader.next(MESSAGE_BYTES);
            nextOffset = reader.nextOffset();
            if (records.isEmpty()) return true;
            ConsumeResponse message = ConsumeResponse.newBuilder()
                    .addAllRecords(records)
                    .setNextOffset(nextOffset)
                    .setHighWatermark(highWatermark)
                    .setLeader(replica.view().leader())
                    .build();
            responses.onNext(message);
            boolean within = quota.count(message.getSerializedSize());
            // The rest is read again later: better than an unbounded queue in front of a slow client.
            if (!within || !responses.isReady() || cancelled) return true;
        }
    }

    private String explain(Replica.ReadResult read) {
        Replica.View view = read.view();
        return switch (read.error()) {
            case OFFSET_OUT_OF_RANGE ->
                "offset " + nextOffset + " is not in " + replica.name() + ", which holds offsets "
                        + view.logStartOffset() + " to " + view.highWatermark();
            case NOT_LEADER_OR_FOLLOWER ->
                "this broker does not lead " + replica.name() + " any more: "
                        + (view.leader() < 0 ? "no broker does at the moment" : "broker " + view.leader() + " does");
            default -> "cannot read " + replica.name() + " at offset " + nextOffset;
        };
    }

    private void end(ErrorCode code, String message) {
        ended = true;
        responses.onNext(ConsumeResponse.newBuilder()
                .setStatus(Located.status(code, message))
                .setNextOffset(nextOffset)
                .setHighWatermark(replica.view().highWatermark())
                .setLeader(replica.view().leader())
                .build());
        responses.onCompleted();
    }
}
