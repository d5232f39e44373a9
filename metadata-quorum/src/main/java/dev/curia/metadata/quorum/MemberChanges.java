package dev.curia.metadata.quorum;

import dev.curia.common.net.HostPort;
import dev.curia.metadata.client.NodeInspector;
import dev.curia.metadata.port.MetadataLog;
import dev.curia.metadata.port.QuorumMembership;
import dev.curia.metadata.port.QuorumStatus;
import dev.curia.metadata.port.QuorumStatus.Node;
import dev.curia.proto.admin.v1.QuorumChange;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes of the quorum's members, one at a time, on the node that leads it. Thread-safe; the futures never fail. What is repeated when it
 * is so already, or under way, succeeds: so a caller that lost an answer just asks again.
 */
public final class MemberChanges {
    private static final Logger LOG = LoggerFactory.getLogger(MemberChanges.class);
    private static final Duration PROBE_WITHIN = Duration.ofSeconds(5);

    /** What became of a request. */
    public sealed interface Result {
        /** Done, or begun if it is an addition. */
        record Accepted() implements Result {}

        /** It was so already. */
        record Needless() implements Result {}

        /** @param reason for people, with what to do */
        record Refused(String reason) implements Result {}

        /** This node does not lead, or has handed over: ask the leader. */
        record NotLeader() implements Result {}
    }

    private final MetadataLog log;
    private final QuorumMembership membership;
    private final NodeInspector inspector;
    private @Nullable QuorumChange newest; // guarded by this

    MemberChanges(MetadataLog log, QuorumMembership membership, NodeInspector inspector) {
        this.log = log;
        this.membership = membership;
        this.inspector = inspector;
    }

    /** The newest change that this node was asked for as the leader, with its progress. */
    Optional<QuorumChange> newest() {
        QuorumChange change;
        synchronized (this) {
            change = newest;
        }
        if (change == null || change.getState() != QuorumChange.State.RUNNING) return Optional.ofNullable(change);
        return Optional.of(change.toBuilder()
                .setMatchIndex(membership.matchIndex(change.getNodeId()).orElse(-1))
                .build());
    }

    /** Begins to add a node; {@link #newest} tells the outcome. */
    public CompletableFuture<Result> add(Node node) {
        QuorumStatus status = log.status();
        if (!status.leads()) return done(new Result.NotLeader());
        if (QuorumChanges.isVoter(status.members(), node)) return done(new Result.Needless());
        String what = "add node " + node.id();
        if (isRunning(what)) return done(new Result.Accepted());
        Optional<String> refusal = QuorumChanges.refuseAdd(status, node).or(this::refuseSecond);
        if (refusal.isPresent()) return refused(what, refusal.get());
        return inspector
                .inspect(HostPort.parse(node.rpcAddress()), PROBE_WITHIN)
                .handle((found, failure) -> failure == null
                        ? QuorumChanges.refuseJoiner(
                                found, membership.standing().clusterId(), node)
                        : Optional.of("no quorum node answers at " + node.rpcAddress() + " (" + reason(failure)
                                + "). Start it with --join first, and see that all nodes reach that address."))
                .thenCompose(unfit -> unfit.isPresent()
                        ? refused(what, unfit.get())
                        : begin(what, node.id(), () -> membership.addVoter(node), false));
    }

    /** What it comes from, which says more than what gRPC makes of it. */
    private static String reason(Throwable failure) {
        Throwable cause = failure;
        for (Throwable next = cause.getCause(); next != null; next = cause.getCause()) cause = next;
        return String.valueOf(cause.getMessage());
    }

    /** Takes a node out. If it leads, it only hands over: the next leader is to be asked again. */
    public CompletableFuture<Result> remove(int nodeId) {
        QuorumStatus status = log.status();
        if (!status.leads()) return done(new Result.NotLeader());
        if (status.members().stream().noneMatch(member -> member.node().id() == nodeId)) {
            return done(new Result.Needless());
        }
        String what = "remove node " + nodeId;
        Optional<String> refusal = QuorumChanges.refuseRemove(status, nodeId).or(this::refuseSecond);
        if (refusal.isPresent()) return refused(what, refusal.get());
        if (nodeId != status.nodeId()) return begin(what, nodeId, () -> membership.removeVoter(nodeId), true);
        LOG.info("{}: handing leadership over first", what);
        return membership
                .transferLeadership(Optional.empty())
                .thenCompose(failure -> failure.isEmpty() || !log.status().leads()
                        ? done(new Result.NotLeader())
                        : refused(what, "it leads the quorum, and nobody took over: " + failure.get()));
    }

    /** @param nodeId empty: whichever voter is furthest */
    public CompletableFuture<Result> transfer(Optional<Integer> nodeId) {
        QuorumStatus status = log.status();
        if (!status.leads()) return done(new Result.NotLeader());
        if (nodeId.isPresent() && nodeId.get() == status.nodeId()) return done(new Result.Needless());
        String what = "transfer leadership to " + nodeId.map(id -> "node " + id).orElse("any node");
        Optional<String> refusal =
                nodeId.flatMap(id -> QuorumChanges.refuseTransfer(status, id)).or(this::refuseSecond);
        if (refusal.isPresent()) return refused(what, refusal.get());
        // A slow election can make another node lead than was meant: the caller then asks that one, which tries again.
        return begin(what, nodeId.orElse(-1), () -> membership.transferLeadership(nodeId), true)
                .thenApply(result ->
                        result instanceof Result.Refused && !log.status().leads() ? new Result.NotLeader() : result);
    }

    private interface Change {
        CompletableFuture<Optional<String>> start();
    }

    private CompletableFuture<Result> begin(String what, int nodeId, Change change, boolean await) {
        synchronized (this) {
            if (newest != null && isRunning()) {
                return refused(what, "another change of the quorum is under way: " + newest.getWhat() + ".");
            }
            newest = QuorumChange.newBuilder().setWhat(what).setNodeId(nodeId).build();
        }
        LOG.info("quorum change begins: {}", what);
        CompletableFuture<Result> result = change.start().thenApply(failure -> finish(what, failure));
        return await ? result : done(new Result.Accepted());
    }

    private Result finish(String what, Optional<String> failure) {
        synchronized (this) {
            if (newest != null) {
                newest = newest.toBuilder()
                        .setState(failure.isPresent() ? QuorumChange.State.FAILED : QuorumChange.State.DONE)
                        .setReason(failure.orElse(""))
                        .build();
            }
        }
        if (failure.isEmpty()) {
            LOG.info("quorum change done: {}", what);
            return new Result.Accepted();
        }
        LOG.warn("quorum change failed: {}: {}", what, failure.get());
        return failure.get().equals(QuorumMembership.NOT_LEADING)
                ? new Result.NotLeader()
                : new Result.Refused(failure.get());
    }

    synchronized boolean isRunning() {
        return newest != null && newest.getState() == QuorumChange.State.RUNNING;
    }

    private synchronized boolean isRunning(String what) {
        return newest != null && isRunning() && newest.getWhat().equals(what);
    }

    private synchronized Optional<String> refuseSecond() {
        return newest == null || newest.getState() != QuorumChange.State.RUNNING
                ? Optional.empty()
                : Optional.of("another change of the quorum is under way: " + newest.getWhat() + ".");
    }

    private static CompletableFuture<Result> refused(String what, String reason) {
        LOG.info("quorum change refused: {}: {}", what, reason);
        return done(new Result.Refused(reason));
    }

    private static CompletableFuture<Result> done(Result result) {
        return CompletableFuture.completedFuture(result);
    }
}
