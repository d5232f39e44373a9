package dev.curia.metadata.client;

import dev.curia.common.net.HostPort;
import dev.curia.common.time.Clock;
import dev.curia.common.time.Timers;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One request and its attempts, one after the other. */
final class QuorumCall<Q, R> {
    private static final long ATTEMPT_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Less time than this is not worth an attempt: it would only turn "unavailable" into "unknown". */
    private static final long MIN_ATTEMPT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final QuorumChannels channels;
    private final NodeChoice choice;
    private final Timers timers;
    private final Clock clock;
    private final MethodDescriptor<Q, R> method;
    private final Q request;
    private final QuorumClient.Repeat repeat;
    private final long until;
    private final CompletableFuture<R> result = new CompletableFuture<>();

    QuorumCall(
            QuorumChannels channels,
            NodeChoice choice,
            Timers timers,
            Clock clock,
            MethodDescriptor<Q, R> method,
            Q request,
            QuorumClient.Repeat repeat,
            long until) {
        this.channels = channels;
        this.choice = choice;
        this.timers = timers;
        this.clock = clock;
        this.method = method;
        this.request = request;
        this.repeat = repeat;
        this.until = until;
    }

    CompletableFuture<R> start() {
        attempt();
        return result;
    }

    private void attempt() {
        HostPort node = choice.current();
        ManagedChannel channel = channels.to(node);
        long left = Math.max(1, Math.min(ATTEMPT_NANOS, until - clock.monotonicNanos()));
        CallOptions options = CallOptions.DEFAULT
                .withDeadlineAfter(left, TimeUnit.NANOSECONDS)
                .withOption(QuorumChannels.ATTEMPT_NANOS, left);
        ClientCalls.asyncUnaryCall(channel.newCall(method, options), request, new StreamObserver<R>() {
            private @Nullable R reply;

            @Override
            public void onNext(R value) {
                reply = value;
            }

            @Override
            public void onError(Throwable failure) {
                failed(node, channel, failure);
            }

            @Override
            public void onCompleted() {
                R value = reply;
                if (value == null) {
                    failed(
                            node,
                            channel,
                            Status.UNKNOWN.withDescription("no answer").asRuntimeException());
                    return;
                }
                choice.worked();
                result.complete(value);
            }
        });
    }

    private void failed(HostPort node, ManagedChannel channel, Throwable failure) {
        Status status = Status.fromThrowable(failure);
        boolean again = switch (status.getCode()) {
            case UNAVAILABLE, RESOURCE_EXHAUSTED -> true;
            case DEADLINE_EXCEEDED, ABORTED, CANCELLED, UNKNOWN -> repeat == QuorumClient.Repeat.SAFE;
            default -> false;
        };
        boolean silent = !ControllerHints.present(failure) && status.getCode() == Status.Code.UNAVAILABLE;
        if (silent) channels.discard(node, channel);
        long delay = again ? choice.failed(node, ControllerHints.of(failure)) : 0;
        if (!again || clock.monotonicNanos() + delay + MIN_ATTEMPT_NANOS - until >= 0) {
            result.completeExceptionally(exception(node, status, failure));
        } else if (delay == 0) {
            attempt();
        } else {
            timers.schedule(delay, this::attempt);
        }
    }

    private QuorumException exception(HostPort node, Status status, Throwable failure) {
        QuorumException.Kind kind = switch (status.getCode()) {
            case UNAVAILABLE, RESOURCE_EXHAUSTED -> QuorumException.Kind.UNAVAILABLE;
            case DEADLINE_EXCEEDED, ABORTED, CANCELLED, UNKNOWN -> QuorumException.Kind.UNKNOWN_OUTCOME;
            default -> QuorumException.Kind.REJECTED;
        };
        return new QuorumException(
                kind,
                method.getBareMethodName() + " was not answered by the metadata quorum; last tried " + node + ": "
                        + status.getCode() + " " + status.getDescription(),
                failure);
    }
}
