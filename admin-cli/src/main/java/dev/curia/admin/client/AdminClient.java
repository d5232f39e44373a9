package dev.curia.admin.client;

import dev.curia.admin.client.ClusterException.Kind;
import dev.curia.common.time.Clock;
import dev.curia.proto.admin.v1.AdminGrpc;
import dev.curia.proto.admin.v1.AdminGrpc.AdminBlockingStub;
import dev.curia.proto.metadata.v1.ControllerHint;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractStub;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * Calls the admin service of whichever quorum node can answer: follows hints to the active controller, tries the other servers when
 * one does not answer, and gives up with a {@link ClusterException} at the deadline, or at once when no server can be reached at
 * all. Blocks its caller. Not thread-safe.
 */
public final class AdminClient {
    private static final Duration READ_ATTEMPT = Duration.ofSeconds(3);
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final List<ServerAddress> servers;
    private final Duration timeout;
    private final Channels channels;
    private final Clock clock;
    private ServerAddress target;

    /** @param servers gRPC addresses of quorum nodes, at least one */
    public AdminClient(List<ServerAddress> servers, Duration timeout, Channels channels, Clock clock) {
        this.servers = List.copyOf(servers);
        this.timeout = timeout;
        this.channels = channels;
        this.clock = clock;
        this.target = servers.get(0);
    }

    /** An answer, and whether an attempt before it ended without one: that attempt may have been carried out. */
    public record Answer<R>(R response, boolean afterLostAttempt) {}

    /** A call that changes nothing: it is simply repeated elsewhere when an answer does not come. */
    public <R> R read(String what, Function<AdminBlockingStub, R> call) {
        return read(what, AdminGrpc::newBlockingStub, call);
    }

    /** The same, of another service that quorum nodes serve. */
    public <S extends AbstractStub<S>, R> R read(String what, Function<Channel, S> service, Function<S, R> call) {
        return call(what, READ_ATTEMPT, false, service, call).response();
    }

    /** A call that changes nothing and whose answer may be long in coming: it has the whole time. */
    public <S extends AbstractStub<S>, R> R readLong(String what, Function<Channel, S> service, Function<S, R> call) {
        return call(what, timeout, false, service, call).response();
    }

    /** A call that changes something. No answer in time is {@link Kind#OUTCOME_UNKNOWN}. */
    public <R> Answer<R> change(String what, Function<AdminBlockingStub, R> call) {
        return change(what, AdminGrpc::newBlockingStub, call);
    }

    /** The same, of another service that quorum nodes serve. */
    public <S extends AbstractStub<S>, R> Answer<R> change(
            String what, Function<Channel, S> service, Function<S, R> call) {
        return call(what, timeout, true, service, call);
    }

    private <S extends AbstractStub<S>, R> Answer<R> call(
            String what, Duration attempt, boolean changes, Function<Channel, S> service, Function<S, R> call) {
        Attempts attempts = new Attempts(clock.monotonicNanos() + timeout.toNanos(), changes);
        while (true) {
            long left = attempts.deadline - clock.monotonicNanos();
            if (left <= 0) throw attempts.timedOut(what);
            S stub = service.apply(channels.to(target))
                    .withDeadlineAfter(Math.min(left, attempt.toNanos()), TimeUnit.NANOSECONDS);
            try {
                return new Answer<>(call.apply(stub), attempts.lost);
            } catch (StatusRuntimeException failure) {
                target = next(what, attempts, failure);
            }
        }
    }

    /** Whom to ask next, or the end. */
    private ServerAddress next(String what, Attempts attempts, StatusRuntimeException failure) {
        Optional<ControllerHint> hint = Failures.controllerHint(failure);
        if (hint.isPresent()) {
            attempts.failed.put(target, "is not the controller");
            attempts.reached = true;
            ControllerHint controller = hint.get();
            if (controller.getNodeId() >= 0 && !controller.getHost().isEmpty() && controller.getPort() > 0) {
                ServerAddress leader = new ServerAddress(controller.getHost(), controller.getPort());
                if (!leader.equals(target) && attempts.follow(leader)) return leader;
            }
            pause();
            return serverAfter(target);
        }
        attempts.failed.put(target, Failures.reason(failure));
        // One that takes connections and says nothing may only be slow.
        if (channels.spoke(target)) judge(what, attempts, failure);
        else if (failure.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED) attempts.reached = true;
        else channels.forget(target);
        if (!attempts.reached && attempts.failed.keySet().containsAll(servers)) throw attempts.nobody(what);
        if (attempts.failed.keySet().containsAll(servers)) pause();
        return serverAfter(target);
    }

    /** Of a call that a gRPC server was sent. */
    private void judge(String what, Attempts attempts, StatusRuntimeException failure) {
        switch (failure.getStatus().getCode()) {
            // A server that stops may cancel what it was asked.
            case UNAVAILABLE, CANCELLED -> {
                attempts.lost |= !Failures.neverSent(failure);
                channels.forget(target);
            }
            case DEADLINE_EXCEEDED -> {
                attempts.lost = true;
                attempts.reached = true;
            }
            case UNIMPLEMENTED ->
                throw new ClusterException(
                        Kind.UNREACHABLE,
                        "cannot " + what + ": " + target
                                + " is no quorum node (a broker's port?). Name a quorum node's gRPC"
                                + " address, by default port " + ServerAddress.DEFAULT_PORT + ", with --server.",
                        failure);
            default ->
                throw new ClusterException(
                        Kind.REFUSED, "cannot " + what + ": " + target + " says: " + Failures.reason(failure), failure);
        }
    }

    private ServerAddress serverAfter(ServerAddress server) {
        return servers.get((servers.indexOf(server) + 1) % servers.size());
    }

    private static void pause() {
        LockSupport.parkNanos(PAUSE.toNanos());
    }

    /** What happened to one call so far. */
    private static final class Attempts {
        private final long deadline;
        private final boolean changes;
        private final Map<ServerAddress, String> failed = new LinkedHashMap<>();
        private int followed;
        private boolean reached;
        private boolean lost;

        Attempts(long deadline, boolean changes) {
            this.deadline = deadline;
            this.changes = changes;
        }

        /** A hint may be stale and lead in a circle: after a few, ask around instead. */
        boolean follow(ServerAddress leader) {
            followed++;
            return !failed.containsKey(leader) || followed % 4 != 0;
        }

        ClusterException nobody(String what) {
            if (changes && lost) return unknown(what);
            return new ClusterException(
                    Kind.UNREACHABLE,
                    "cannot " + what + ": no server can be reached." + list()
                            + "\nStart one with 'curia standalone', or name the gRPC address of a quorum node with"
                            + " --server HOST:PORT or CURIA_SERVER; its port is " + ServerAddress.DEFAULT_PORT
                            + " by default.");
        }

        ClusterException timedOut(String what) {
            if (changes && lost) return unknown(what);
            return new ClusterException(
                    Kind.UNREACHABLE,
                    "cannot " + what + ": no controller answered in time." + list()
                            + "\nThe quorum may be electing one, or has lost its majority: see 'curia quorum status'.");
        }

        private ClusterException unknown(String what) {
            return new ClusterException(
                    Kind.OUTCOME_UNKNOWN,
                    "cannot tell whether this was done: " + what + "." + list()
                            + "\nLook before you repeat it; --timeout SECONDS waits longer.");
        }

        private String list() {
            StringBuilder text = new StringBuilder();
            failed.forEach((server, why) ->
                    text.append("\n  ").append(server).append(": ").append(why));
            return text.toString();
        }
    }
}
