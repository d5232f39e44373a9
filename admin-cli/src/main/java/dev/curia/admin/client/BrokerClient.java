package dev.curia.admin.client;

import dev.curia.admin.client.ClusterException.Kind;
import dev.curia.common.time.Clock;
import dev.curia.proto.admin.v1.BrokerDescription;
import dev.curia.proto.admin.v1.DescribeClusterRequest;
import dev.curia.proto.broker.v1.BrokerAdminGrpc;
import dev.curia.proto.broker.v1.BrokerAdminGrpc.BrokerAdminBlockingStub;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Calls the admin service of brokers: of one, of any, or of the one that coordinates something. What passes by itself is tried again until
 * the time is over; then, or at once where it is of no use, there is a {@link ClusterException}. Blocks its caller. Not thread-safe.
 */
public final class BrokerClient {
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final Duration READ_ATTEMPT = Duration.ofSeconds(3);
    private static final Set<ErrorCode> PASSING = Set.of(
            ErrorCode.NOT_COORDINATOR, ErrorCode.COORDINATOR_NOT_AVAILABLE, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);

    private final AdminClient admin;
    private final Channels channels;
    private final Duration timeout;
    private final Clock clock;
    private @Nullable SortedMap<Integer, ServerAddress> alive;

    public BrokerClient(AdminClient admin, Channels channels, Duration timeout, Clock clock) {
        this.admin = admin;
        this.channels = channels;
        this.timeout = timeout;
        this.clock = clock;
    }

    /** One call, in words, and whether it changes something. */
    public record Ask<R>(String what, boolean changes, Function<BrokerAdminBlockingStub, R> call) {
        public static <R> Ask<R> read(String what, Function<BrokerAdminBlockingStub, R> call) {
            return new Ask<>(what, false, call);
        }

        public static <R> Ask<R> change(String what, Function<BrokerAdminBlockingStub, R> call) {
            return new Ask<>(what, true, call);
        }
    }

    /** The brokers that are alive, as the quorum said when it was first asked. */
    public List<Integer> alive() {
        return List.copyOf(brokers().keySet());
    }

    /** Asks this broker. */
    public <R> R of(int broker, Ask<R> ask) {
        return new Attempts<>(ask, broker, false).run();
    }

    /** Asks whichever broker answers. */
    public <R> R ofAny(Ask<R> ask) {
        return new Attempts<>(ask, -1, true).run();
    }

    /** Asks any broker, and goes where that says. What the coordinator refuses is a {@link ClusterException} with what {@code said} makes of it. */
    public <R> R ofCoordinator(
            Ask<R> ask, Function<R, Status> status, ToIntFunction<R> coordinator, Function<Status, String> said) {
        Attempts<R> attempts = new Attempts<>(ask, -1, true);
        while (true) {
            R response = attempts.run();
            Status answer = status.apply(response);
            if (answer.getCode() == ErrorCode.NONE) return response;
            if (!PASSING.contains(answer.getCode()))
                throw new ClusterException(Kind.REFUSED, "cannot " + ask.what + ": " + said.apply(answer));
            attempts.refused(coordinator.applyAsInt(response), answer);
        }
    }

    private SortedMap<Integer, ServerAddress> brokers() {
        SortedMap<Integer, ServerAddress> known = alive;
        if (known != null) return known;
        SortedMap<Integer, ServerAddress> found = new TreeMap<>();
        for (BrokerDescription broker : admin.read(
                        "look up the brokers",
                        stub -> stub.describeCluster(DescribeClusterRequest.getDefaultInstance()))
                .getBrokersList()) {
            boolean reachable =
                    !broker.getFenced() && !broker.getRpc().getHost().isEmpty();
            if (reachable)
                found.put(
                        broker.getBrokerId(),
                        new ServerAddress(
                                broker.getRpc().getHost(), broker.getRpc().getPort()));
        }
        alive = found;
        return found;
    }

    private final class Attempts<R> {
        private final Ask<R> ask;
        private final long deadline = clock.monotonicNanos() + timeout.toNanos();
        private final boolean elsewhere;
        private int target;
        private String why = "no broker is alive: see 'curia brokers list'";

        /** @param target -1: any */
        Attempts(Ask<R> ask, int target, boolean elsewhere) {
            this.ask = ask;
            this.target = target;
            this.elsewhere = elsewhere;
        }

        R run() {
            while (true) {
                SortedMap<Integer, ServerAddress> brokers = brokers();
                if (elsewhere && !brokers.containsKey(target)) target = after(target);
                ServerAddress address = brokers.get(target);
                long left = deadline - clock.monotonicNanos();
                if (address == null && !elsewhere) why = "broker " + target + " is not alive: see 'curia brokers list'";
                else if (address != null && left > 0) {
                    try {
                        long nanos = ask.changes ? left : Math.min(left, READ_ATTEMPT.toNanos());
                        return ask.call.apply(BrokerAdminGrpc.newBlockingStub(channels.to(address))
                                .withDeadlineAfter(nanos, TimeUnit.NANOSECONDS));
                    } catch (StatusRuntimeException failure) {
                        failed(address, failure);
                    }
                }
                if (left <= 0) throw new ClusterException(Kind.UNREACHABLE, "cannot " + ask.what + ": " + why + ".");
                again();
            }
        }

        private void failed(ServerAddress address, StatusRuntimeException failure) {
            String reason = Failures.reason(failure);
            why = "broker " + target + " at " + address + ": " + reason;
            if (failure.getStatus().getCode() == io.grpc.Status.Code.UNIMPLEMENTED)
                throw new ClusterException(
                        Kind.REFUSED, "cannot " + ask.what + ": broker " + target + " is of a version that cannot.");
            if (!DataStreams.passes(failure))
                throw new ClusterException(Kind.REFUSED, "cannot " + ask.what + ": " + why, failure);
            if (ask.changes && channels.spoke(address) && !Failures.neverSent(failure)) {
                throw new ClusterException(
                        Kind.OUTCOME_UNKNOWN,
                        "cannot tell whether this was done: " + ask.what + " (" + why
                                + ").\nLook before you repeat it.",
                        failure);
            }
            channels.forget(address);
            if (elsewhere) target = after(target);
        }

        /** It does not coordinate, or not yet. */
        void refused(int coordinator, Status answer) {
            why = "broker " + target + " says " + answer.getCode() + ": " + answer.getMessage();
            if (answer.getCode() == ErrorCode.NOT_COORDINATOR)
                target = coordinator >= 0 && coordinator != target ? coordinator : after(target);
            again();
        }

        private void again() {
            alive = null;
            LockSupport.parkNanos(PAUSE.toNanos());
        }

        /** Another where there are several; -1: none. */
        private int after(int id) {
            SortedMap<Integer, ServerAddress> brokers = brokers();
            if (brokers.isEmpty()) return -1;
            SortedMap<Integer, ServerAddress> behind = brokers.tailMap(id + 1);
            return behind.isEmpty() ? brokers.firstKey() : behind.firstKey();
        }
    }
}
