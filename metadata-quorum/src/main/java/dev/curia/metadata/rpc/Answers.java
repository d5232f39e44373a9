package dev.curia.metadata.rpc;

import dev.curia.common.net.HostPort;
import dev.curia.metadata.client.ControllerHints;
import dev.curia.metadata.controller.Answer;
import dev.curia.metadata.port.MetadataLog;
import dev.curia.metadata.port.QuorumStatus;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Sends the controller's answers to callers. Thread-safe. */
final class Answers {
    private final MetadataLog log;

    Answers(MetadataLog log) {
        this.log = log;
    }

    /** Checks, asks the controller, and answers when it does. */
    <R> void answer(Runnable check, Supplier<CompletableFuture<Answer<R>>> ask, StreamObserver<R> caller) {
        try {
            check.run();
        } catch (StatusRuntimeException malformed) {
            caller.onError(malformed);
            return;
        }
        CompletableFuture<Void> unused = ask.get().thenAccept(answer -> {
            if (answer instanceof Answer.Done<R> done) {
                caller.onNext(done.reply());
                caller.onCompleted();
            } else {
                caller.onError(failure(answer));
            }
        });
    }

    /** UNAVAILABLE, with a hint to the active controller in the trailers. */
    StatusRuntimeException notActive() {
        QuorumStatus status = log.status();
        Optional<QuorumStatus.Node> leader = status.leader();
        return Status.UNAVAILABLE
                .withDescription("quorum node " + status.nodeId() + " is not the active controller; "
                        + leader.map(node -> "node " + node.id() + " at " + node.rpcAddress() + " is")
                                .orElse("none is known"))
                .asRuntimeException(ControllerHints.trailers(
                        leader.map(QuorumStatus.Node::id).orElse(-1),
                        leader.map(node -> HostPort.parse(node.rpcAddress()))));
    }

    static StatusRuntimeException overloaded() {
        return Status.RESOURCE_EXHAUSTED
                .withDescription("too many requests wait for the controller; try again later")
                .asRuntimeException();
    }

    private StatusRuntimeException failure(Answer<?> answer) {
        if (answer instanceof Answer.Overloaded) return overloaded();
        if (answer instanceof Answer.Unknown<?> unknown) {
            return Status.ABORTED
                    .withDescription("the change may or may not have taken effect: " + unknown.reason())
                    .asRuntimeException();
        }
        return notActive();
    }
}
