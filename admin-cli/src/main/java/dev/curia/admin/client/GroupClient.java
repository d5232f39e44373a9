package dev.curia.admin.client;

import dev.curia.admin.client.ClusterException.Kind;
import dev.curia.common.time.Clock;
import dev.curia.proto.admin.v1.BrokerDescription;
import dev.curia.proto.admin.v1.DescribeClusterRequest;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import dev.curia.proto.group.v1.DeleteGroupRequest;
import dev.curia.proto.group.v1.DeleteGroupResponse;
import dev.curia.proto.group.v1.DescribeGroupRequest;
import dev.curia.proto.group.v1.DescribeGroupResponse;
import dev.curia.proto.group.v1.GroupOffset;
import dev.curia.proto.group.v1.GroupsGrpc;
import dev.curia.proto.group.v1.GroupsGrpc.GroupsBlockingStub;
import dev.curia.proto.group.v1.ListGroupsRequest;
import dev.curia.proto.group.v1.ListGroupsResponse;
import dev.curia.proto.group.v1.ListedGroup;
import dev.curia.proto.group.v1.ResetOffsetsRequest;
import dev.curia.proto.group.v1.ResetOffsetsResponse;
import dev.curia.proto.group.v1.UndoResetRequest;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Calls the broker that coordinates a group: asks any, and goes where it says. What a coordinator refuses for good is a
 * {@link ClusterException}. Blocks its caller. Not thread-safe.
 */
public final class GroupClient {
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final Duration READ_ATTEMPT = Duration.ofSeconds(3);
    private static final Set<ErrorCode> PASSING = Set.of(
            ErrorCode.NOT_COORDINATOR, ErrorCode.COORDINATOR_NOT_AVAILABLE, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);

    private final AdminClient admin;
    private final Channels channels;
    private final Duration timeout;
    private final Clock clock;
    private Map<Integer, ServerAddress> brokers = Map.of();
    private final SortedSet<Integer> live = new TreeSet<>();

    public GroupClient(AdminClient admin, Channels channels, Duration timeout, Clock clock) {
        this.admin = admin;
        this.channels = channels;
        this.timeout = timeout;
        this.clock = clock;
    }

    /** A group, and the broker that coordinates it. */
    public record Listed(int coordinator, ListedGroup group) {}

    /** Of all live brokers. */
    public List<Listed> list() {
        List<Listed> all = new ArrayList<>();
        lookUpBrokers();
        for (int id : List.copyOf(live)) {
            Ask<ListGroupsResponse> ask =
                    new Ask<>("list groups", false, stub -> stub.listGroups(ListGroupsRequest.getDefaultInstance()));
            ListGroupsResponse response =
                    new Attempts<>(ask, ListGroupsResponse::getStatus, ignored -> id, id, true).run();
            response.getGroupsList().forEach(group -> all.add(new Listed(id, group)));
        }
        return all;
    }

    public DescribeGroupResponse describe(String group) {
        DescribeGroupRequest request =
                DescribeGroupRequest.newBuilder().setGroup(group).build();
        return call(
                new Ask<>("describe group " + group, false, stub -> stub.describeGroup(request)),
                DescribeGroupResponse::getStatus,
                DescribeGroupResponse::getCoordinator);
    }

    /** What the group has committed; nothing when there is no such group. */
    public List<GroupOffset> committed(String group) {
        DescribeGroupRequest request =
                DescribeGroupRequest.newBuilder().setGroup(group).build();
        return call(
                        new Ask<>("read the offsets of group " + group, false, stub -> stub.describeGroup(request)),
                        response -> response.getStatus().getCode() == ErrorCode.GROUP_ID_NOT_FOUND
                                ? Status.getDefaultInstance()
                                : response.getStatus(),
                        DescribeGroupResponse::getCoordinator)
                .getOffsetsList();
    }

    public ResetOffsetsResponse reset(ResetOffsetsRequest request) {
        return call(
                new Ask<>(
                        "reset the offsets of group " + request.getGroup(),
                        !request.getValidateOnly(),
                        stub -> stub.resetOffsets(request)),
                ResetOffsetsResponse::getStatus,
                ResetOffsetsResponse::getCoordinator);
    }

    public ResetOffsetsResponse undo(UndoResetRequest request) {
        return call(
                new Ask<>(
                        "take a reset of group " + request.getGroup() + " back",
                        !request.getValidateOnly(),
                        stub -> stub.undoReset(request)),
                ResetOffsetsResponse::getStatus,
                ResetOffsetsResponse::getCoordinator);
    }

    public void delete(String group) {
        DeleteGroupRequest request =
                DeleteGroupRequest.newBuilder().setGroup(group).build();
        call(
                new Ask<>("delete group " + group, true, stub -> stub.deleteGroup(request)),
                DeleteGroupResponse::getStatus,
                DeleteGroupResponse::getCoordinator);
    }

    private <R> R call(Ask<R> ask, Function<R, Status> status, ToIntFunction<R> coordinator) {
        return new Attempts<>(ask, status, coordinator, -1, false).run();
    }

    private void lookUpBrokers() {
        Map<Integer, ServerAddress> found = new HashMap<>();
        live.clear();
        for (BrokerDescription broker : admin.read(
                        "look up the brokers",
                        stub -> stub.describeCluster(DescribeClusterRequest.getDefaultInstance()))
                .getBrokersList()) {
            if (broker.getRpc().getHost().isEmpty()) continue;
            int id = broker.getBrokerId();
            found.put(
                    id,
                    new ServerAddress(broker.getRpc().getHost(), broker.getRpc().getPort()));
            if (!broker.getFenced()) live.add(id);
        }
        brokers = found;
    }

    private record Ask<R>(String what, boolean changes, Function<GroupsBlockingStub, R> call) {}

    /** One call, tried until it is answered for good. */
    private final class Attempts<R> {
        private final Ask<R> ask;
        private final Function<R, Status> status;
        private final ToIntFunction<R> coordinator;
        private final long deadline = clock.monotonicNanos() + timeout.toNanos();
        private final boolean onlyThere;
        private int target;
        private String why = "no broker is alive";

        /** @param target a broker's id; -1: any */
        Attempts(Ask<R> ask, Function<R, Status> status, ToIntFunction<R> coordinator, int target, boolean onlyThere) {
            this.ask = ask;
            this.status = status;
            this.coordinator = coordinator;
            this.target = target;
            this.onlyThere = onlyThere;
        }

        R run() {
            while (true) {
                if (!brokers.containsKey(target)) lookUpBrokers();
                if (!brokers.containsKey(target) && !onlyThere) target = after(target);
                long left = deadline - clock.monotonicNanos();
                if (left <= 0) throw new ClusterException(Kind.UNREACHABLE, "cannot " + ask.what + ": " + why + ".");
                ServerAddress address = brokers.get(target);
                if (address != null) {
                    R response = attempt(address, left);
                    if (response != null) return response;
                }
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }

        /** @return null: again, perhaps elsewhere */
        private @Nullable R attempt(ServerAddress address, long leftNanos) {
            long nanos = ask.changes ? leftNanos : Math.min(leftNanos, READ_ATTEMPT.toNanos());
            R response;
            try {
                response = ask.call.apply(GroupsGrpc.newBlockingStub(channels.to(address))
                        .withDeadlineAfter(nanos, TimeUnit.NANOSECONDS));
            } catch (StatusRuntimeException failure) {
                failed(address, failure);
                return null;
            }
            ErrorCode code = status.apply(response).getCode();
            if (code == ErrorCode.NONE) return response;
            String said = status.apply(response).getMessage();
            if (code == ErrorCode.REQUEST_TIMED_OUT && ask.changes) throw unknown(said, null);
            if (!PASSING.contains(code))
                throw new ClusterException(Kind.REFUSED, "cannot " + ask.what + ": " + said(code, said));
            why = "broker " + target + " says " + code + ": " + said;
            int next = coordinator.applyAsInt(response);
            if (code == ErrorCode.NOT_COORDINATOR && !onlyThere)
                target = next >= 0 && next != target ? next : after(target);
            return null;
        }

        private void failed(ServerAddress address, StatusRuntimeException failure) {
            String reason = Failures.reason(failure);
            why = "broker " + target + " at " + address + ": " + reason;
            if (!DataStreams.passes(failure)) {
                throw new ClusterException(Kind.REFUSED, "cannot " + ask.what + ": " + why, failure);
            }
            boolean neverSent = reason.equals("connection refused") || reason.equals("cannot connect");
            if (ask.changes && !neverSent) throw unknown(why, failure);
            channels.forget(address);
            brokers = Map.of();
            if (!onlyThere) target = after(target);
        }

        private ClusterException unknown(String reason, @Nullable Throwable cause) {
            return new ClusterException(
                    Kind.OUTCOME_UNKNOWN,
                    "cannot tell whether this was done: " + ask.what + " (" + reason
                            + ").\n'curia groups describe' shows how it is.",
                    cause);
        }

        /** A live one, another where there are several; -1: none. */
        private int after(int id) {
            if (live.isEmpty()) return -1;
            SortedSet<Integer> behind = live.tailSet(id + 1);
            return behind.isEmpty() ? live.first() : behind.first();
        }
    }

    private static String said(ErrorCode code, String message) {
        return switch (code) {
            case GROUP_ID_NOT_FOUND -> "there is no such group. 'curia groups list' shows those that exist.";
            case NON_EMPTY_GROUP ->
                "somebody is in it. 'curia groups describe' shows who: stop them first, and wait until their sessions have ended.";
            default -> message + " (" + code + ")";
        };
    }
}
