package dev.curia.metadata.rpc;

import dev.curia.metadata.controller.ActiveController;
import dev.curia.metadata.controller.BrokerLink;
import dev.curia.proto.metadata.v1.BrokerMessage;
import dev.curia.proto.metadata.v1.ControllerMessage;
import dev.curia.proto.metadata.v1.Heartbeat;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/**
 * One broker's session stream. Incoming messages come one at a time on gRPC's threads; outgoing ones from the controller's loop. The
 * lock keeps sending and ending in order, since a gRPC observer is not thread-safe.
 */
final class SessionCall implements StreamObserver<BrokerMessage>, BrokerLink {
    private final ActiveController controller;
    private final Answers answers;
    private final ServerCallStreamObserver<ControllerMessage> out;
    private final Object lock = new Object();
    private boolean open = true; // guarded by lock
    private final SessionNews news; // guarded by lock
    private boolean registered; // only touched by gRPC's calls, which are serial
    private int brokerId = -1; // likewise

    SessionCall(
            ActiveController controller,
            SessionNews news,
            Answers answers,
            ServerCallStreamObserver<ControllerMessage> out) {
        this.controller = controller;
        this.news = news;
        this.answers = answers;
        this.out = out;
        out.setOnCancelHandler(this::gone);
    }

    @Override
    public void onNext(BrokerMessage message) {
        if (!isOpen()) return;
        boolean first = !registered;
        registered = true;
        switch (message.getKindCase()) {
            case REGISTER -> {
                if (first) register(message);
                else fail(malformed("a session is registered once; open another stream to register again"));
            }
            case HEARTBEAT -> {
                if (first) fail(malformed("the first message of a session must be register"));
                else heartbeat(message.getHeartbeat());
            }
            case REPLICAS -> {
                if (first) fail(malformed("the first message of a session must be register"));
                else replicasReported(message);
            }
            case LOG_ENDS -> {
                if (first) fail(malformed("the first message of a session must be register"));
                else logEndsReported(message);
            }
            case EVENTS -> {
                if (first) fail(malformed("the first message of a session must be register"));
                else if (message.getEvents().getFirstSequence() < 0) fail(malformed("a negative sequence of events"));
                else if (!controller.eventsTold(message.getEvents(), this)) fail(Answers.overloaded());
            }
            case KIND_NOT_SET -> fail(malformed("a broker message of no known kind"));
        }
    }

    private void register(BrokerMessage message) {
        try {
            RequestChecks.check(message.getRegister());
        } catch (StatusRuntimeException malformed) {
            fail(malformed);
            return;
        }
        brokerId = message.getRegister().getBrokerId();
        if (!controller.register(message.getRegister(), this)) fail(Answers.overloaded());
    }

    private void heartbeat(Heartbeat heartbeat) {
        if (!controller.heartbeat(heartbeat, this)) {
            fail(Answers.overloaded());
            return;
        }
        synchronized (lock) {
            news.heartbeat(brokerId, heartbeat);
        }
    }

    private void replicasReported(BrokerMessage message) {
        try {
            RequestChecks.check(message.getReplicas());
        } catch (StatusRuntimeException malformed) {
            fail(malformed);
            return;
        }
        if (!controller.replicasReported(message.getReplicas(), this)) fail(Answers.overloaded());
    }

    private void logEndsReported(BrokerMessage message) {
        try {
            RequestChecks.check(message.getLogEnds());
        } catch (StatusRuntimeException malformed) {
            fail(malformed);
            return;
        }
        if (!controller.logEndsReported(message.getLogEnds(), this)) fail(Answers.overloaded());
    }

    @Override
    public void onError(Throwable failure) {
        gone();
    }

    @Override
    public void onCompleted() {
        gone();
        synchronized (lock) {
            if (!out.isCancelled()) out.onCompleted();
        }
    }

    @Override
    public boolean isOpen() {
        synchronized (lock) {
            return open;
        }
    }

    @Override
    public void send(ControllerMessage message) {
        synchronized (lock) {
            // Replies repeat their content; one that a slow broker cannot take now is not worth a queue.
            if (!open || (!out.isReady() && message.hasHeartbeatReply())) return;
            out.onNext(message);
            news.next().ifPresent(out::onNext);
        }
    }

    @Override
    public void end(End why) {
        switch (why) {
            case NOT_ACTIVE -> fail(answers.notActive());
            case RECONNECT ->
                fail(Status.ABORTED
                        .withDescription("the session is over; register again")
                        .asRuntimeException());
            case REJECTED -> {
                synchronized (lock) {
                    if (!open) return;
                    open = false;
                    out.onCompleted();
                }
            }
        }
    }

    private void fail(StatusRuntimeException failure) {
        synchronized (lock) {
            if (!open) return;
            open = false;
            out.onError(failure);
        }
        controller.streamBroke(this);
    }

    private void gone() {
        synchronized (lock) {
            if (!open) return;
            open = false;
        }
        controller.streamBroke(this);
    }

    private static StatusRuntimeException malformed(String complaint) {
        return Status.INVALID_ARGUMENT.withDescription(complaint).asRuntimeException();
    }
}
