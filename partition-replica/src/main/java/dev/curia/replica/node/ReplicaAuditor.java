package dev.curia.replica.node;

import com.google.protobuf.UnsafeByteOperations;
import dev.curia.common.id.PartitionId;
import dev.curia.common.id.Uuid;
import dev.curia.common.loop.EventLoop;
import dev.curia.common.time.Clock;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.events.v1.CauseKind;
import dev.curia.proto.replication.v1.DigestRequest;
import dev.curia.proto.replication.v1.DigestResponse;
import dev.curia.replica.Replica;
import dev.curia.replica.audit.AuditConfig;
import dev.curia.replica.audit.Differences;
import dev.curia.replica.audit.RangeDigest;
import dev.curia.replica.audit.RangeDigest.BatchMark;
import dev.curia.replica.port.AuditLinks;
import dev.curia.replica.port.AuditMetrics;
import dev.curia.replica.port.LocalBroker;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads again what this broker follows, range by range below the high watermark, checks it, and compares it with the leaders; answers the auditors of
 * others. A replica that is damaged is given up and made anew; so is a follower that has other records than its leader, unless another in-sync
 * follower has the same: then the leader is.
 *
 * <p>Everything happens on one loop of its own, which blocks on disk reads and delays nobody else.
 */
public final class ReplicaAuditor {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaAuditor.class);
    static final int RANGE_BYTES = 1 << 20;
    private static final int READ_BYTES = 256 * 1024;
    /** The leader may have more in a range than the follower, which has compacted it. */
    private static final int MAX_ANSWER_BYTES = 64 * RANGE_BYTES;

    private final AuditConfig config;
    private final LocalBroker self;
    private final HostedReplicas replicas;
    private final AuditLinks links;
    private final EventLoop loop;
    private final Clock clock;
    private final AuditMetrics metrics;

    // Loop-confined.
    private final ArrayDeque<PartitionReplica> left = new ArrayDeque<>(); // of this pass
    private long passBeganNanos;

    /** What is being compared. */
    private record Range(PartitionReplica replica, Replica.View view, RangeDigest mine) {}

    /** @param loop started and closed by the owner; nothing else runs on it */
    public ReplicaAuditor(
            AuditConfig config,
            LocalBroker self,
            HostedReplicas replicas,
            AuditLinks links,
            EventLoop loop,
            Clock clock,
            AuditMetrics metrics) {
        this.config = config;
        this.self = self;
        this.replicas = replicas;
        this.links = links;
        this.loop = loop;
        this.clock = clock;
        this.metrics = metrics;
    }

    /** Begins, unless it is off. */
    public void start() {
        if (config.bytesPerSecond() > 0) loop.submit(this::pass);
    }

    /** What a follower asks; completes on the loop. */
    public CompletableFuture<DigestResponse> answer(DigestRequest request) {
        CompletableFuture<DigestResponse> answer = new CompletableFuture<>();
        if (!loop.offer(() -> answer.complete(digest(request)))) answer.complete(error(ErrorCode.REQUEST_TIMED_OUT));
        return answer;
    }

    private void pass() {
        passBeganNanos = clock.monotonicNanos();
        left.addAll(replicas.followed());
        next(0, 0);
    }

    /** Goes on with the replica at hand from {@code offset} on, or with the next one; not faster than allowed. */
    private void next(long offset, long bytesRead) {
        long wait = (long) ((double) bytesRead * 1e9 / (double) config.bytesPerSecond());
        loop.schedule(Math.max(1_000_000, wait), () -> turn(offset));
    }

    private void skip(long bytesRead) {
        left.poll();
        next(0, bytesRead);
    }

    private void turn(long offset) {
        PartitionReplica replica = left.peek();
        if (replica == null) {
            metrics.passed();
            long since = clock.monotonicNanos() - passBeganNanos;
            loop.schedule(Math.max(1_000_000, config.interval().toNanos() - since), this::pass);
            return;
        }
        Replica.View view = replica.view();
        long from = Math.max(offset, view.logStartOffset());
        if (view.leading() || view.leader() < 0 || from >= view.highWatermark()) {
            skip(0);
            return;
        }
        Optional<RangeDigest> mine = read(replica, from, view.highWatermark(), RANGE_BYTES);
        if (mine.isEmpty()) {
            skip(0);
        } else if (mine.get().damagedAt().isPresent()) {
            damaged(replica, mine.get().damagedAt().getAsLong(), view.leader());
            skip(mine.get().bytes());
        } else if (mine.get().end() == from || !view.isr().contains(self.id())) {
            // Who is not in sync may have to cut its log yet, after an unclean election even below its high watermark.
            skip(mine.get().bytes());
        } else {
            askLeader(new Range(replica, view, mine.get()), false);
        }
    }

    private DigestRequest.Builder request(Range range, boolean withBatches) {
        return DigestRequest.newBuilder()
                .setClusterId(self.clusterId())
                .setBrokerId(self.id())
                .setTopicId(UnsafeByteOperations.unsafeWrap(
                        range.replica.id().topicId().toBytes()))
                .setPartition(range.replica.id().partition())
                .setLeaderEpoch(range.view.leaderEpoch())
                .setFromOffset(range.mine.from())
                .setToOffset(range.mine.end())
                .setWithBatches(withBatches);
    }

    /** What a broker has of a range, on the loop. When it does not say, the next pass tries again; it sees to its own damage. */
    private void ask(int broker, Range range, DigestRequest request, Consumer<DigestResponse> then) {
        var unused = links.ask(broker, request)
                .whenComplete((response, failure) -> loop.submit(() -> {
                    if (failure != null) {
                        LOG.debug("{}: broker {} did not answer the auditor", range.replica.name(), broker, failure);
                        skip(range.mine.bytes());
                    } else if (response.getCode() != ErrorCode.NONE || response.hasDamagedAt()) {
                        skip(range.mine.bytes());
                    } else {
                        then.accept(response);
                    }
                }));
    }

    private void askLeader(Range range, boolean withBatches) {
        DigestRequest request = request(range, withBatches).build();
        ask(range.view.leader(), range, request, response -> compare(range, withBatches, response));
    }

    private void compare(Range range, boolean withBatches, DigestResponse response) {
        RangeDigest mine = range.mine;
        boolean same = response.getDigest() == mine.value();
        if (!same && !withBatches) {
            askLeader(range, true);
            return;
        }
        List<BatchMark> theirs = marks(response);
        Optional<Differences> differences = same ? Optional.empty() : Differences.between(mine.batches(), theirs);
        if (differences.isPresent()) {
            judge(range, theirs, differences.get());
        } else {
            metrics.agreed(mine.bytes());
            next(mine.end(), mine.bytes());
        }
    }

    /** One of two well-formed copies is wrong: a third in-sync replica, if there is one, tells which. No verdict without its answer. */
    private void judge(Range range, List<BatchMark> theirs, Differences found) {
        OptionalInt witness = witness(range.view);
        if (witness.isEmpty()) {
            differs(range, found, "which is the true one cannot be told, the leader's is taken");
            skip(range.mine.bytes());
            return;
        }
        int third = witness.getAsInt();
        DigestRequest request = request(range, true).setAsWitness(true).build();
        ask(third, range, request, response -> {
            if (Differences.confirms(marks(response), range.mine.batches(), theirs)) {
                outvote(range, found, third);
            } else {
                differs(range, found, "broker " + third + " does not have them, either");
                skip(range.mine.bytes());
            }
        });
    }

    private OptionalInt witness(Replica.View view) {
        return view.isr().stream()
                .mapToInt(id -> id)
                .filter(id -> id != self.id() && id != view.leader())
                .findFirst();
    }

    private void outvote(Range range, Differences found, int witness) {
        DigestRequest verdict = request(range, false)
                .setFromOffset(found.from())
                .setToOffset(found.to())
                .setOutvotedBy(witness)
                .build();
        ask(range.view.leader(), range, verdict, response -> skip(range.mine.bytes()));
    }

    private void differs(Range range, Differences found, String verdict) {
        Replica.View now = range.replica.view();
        boolean stale = now.leaderEpoch() != range.view.leaderEpoch() || now.logStartOffset() > range.mine.from();
        if (stale) return; // it was cut meanwhile, or its records were deleted
        String what = found.batches() + " batches differ from those of leader " + range.view.leader()
                + " although the checksums of both are right: " + verdict;
        giveUp(range.replica, found.from(), found.to(), what);
    }

    private void giveUp(PartitionReplica replica, long from, long to, String what) {
        if (!replica.giveUp(CauseKind.CONTENT_DIFFERS, what, from, to)) return;
        metrics.differs();
        LOG.error("{} on broker {}: offsets {} to {}: {}", replica.name(), self.id(), from, to - 1, what);
    }

    private void damaged(PartitionReplica replica, long offset, int leader) {
        String what = "the batch at offset " + offset + " is not what was appended: its checksum or its place is wrong";
        if (!replica.giveUp(CauseKind.BAD_CHECKSUM, what, offset, offset + 1)) return;
        metrics.damaged();
        LOG.error("{} on broker {} (leader {}): {}", replica.name(), self.id(), leader, what);
    }

    private DigestResponse digest(DigestRequest request) {
        if (!request.getClusterId().equals(self.clusterId())) return error(ErrorCode.INCONSISTENT_CLUSTER_ID);
        if (request.getTopicId().size() != 16) return error(ErrorCode.INVALID_REQUEST);
        PartitionId id = new PartitionId(Uuid.fromBytes(request.getTopicId().toByteArray()), request.getPartition());
        Optional<PartitionReplica> replica = replicas.hosted(id);
        if (replica.isEmpty()) return error(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        Replica.View view = replica.get().view();
        boolean asked = request.getAsWitness() ? view.isr().contains(self.id()) : view.leading();
        if (!asked) return error(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        if (view.leaderEpoch() != request.getLeaderEpoch()) return error(ErrorCode.FENCED_LEADER_EPOCH);
        long from = request.getFromOffset();
        long to = request.getToOffset();
        if (from < view.logStartOffset() || to > view.highWatermark()) return error(ErrorCode.OFFSET_OUT_OF_RANGE);
        Optional<RangeDigest> found = read(replica.get(), from, to, MAX_ANSWER_BYTES);
        if (found.isEmpty()) return error(ErrorCode.KAFKA_STORAGE_ERROR);
        RangeDigest mine = found.get();
        DigestResponse.Builder response = DigestResponse.newBuilder().setDigest(mine.value());
        if (mine.damagedAt().isPresent()) {
            response.setDamagedAt(mine.damagedAt().getAsLong());
            if (view.leading())
                leaderDamaged(replica.get(), view, mine.damagedAt().getAsLong());
        } else if (request.hasOutvotedBy()) {
            outvoted(replica.get(), view, request);
        }
        if (request.getWithBatches()) mine.batches().forEach(mark -> response.addBatches(proto(mark)));
        return response.build();
    }

    /** Another takes over, if there is one who has all; else it goes on, since damaged is better than gone. */
    private void leaderDamaged(PartitionReplica replica, Replica.View view, long offset) {
        if (view.isr().size() > 1) {
            damaged(replica, offset, self.id());
            return;
        }
        LOG.error(
                "{} on broker {}, which leads it and has nobody in sync: the batch at offset {} is not what was appended; it stays, readers"
                        + " that check it will refuse it",
                replica.name(),
                self.id(),
                offset);
    }

    /** The others lead on, with what both have. */
    private void outvoted(PartitionReplica replica, Replica.View view, DigestRequest request) {
        List<Integer> others = List.of(request.getBrokerId(), request.getOutvotedBy());
        if (!view.leading() || !view.isr().containsAll(others)) return;
        String what = "the batches differ from those of brokers " + others + ", which agree";
        giveUp(replica, request.getFromOffset(), request.getToOffset(), what);
    }

    /** Empty: it cannot be read now, as when the log is offline or was cut. */
    private static Optional<RangeDigest> read(PartitionReplica replica, long from, long to, int maxBytes) {
        try {
            return replica.digest(from, to, maxBytes, READ_BYTES);
        } catch (IOException e) {
            LOG.warn("{}: offsets from {} on could not be audited", replica.name(), from, e);
            return Optional.empty();
        }
    }

    private static List<BatchMark> marks(DigestResponse response) {
        return response.getBatchesList().stream()
                .map(b -> new BatchMark(b.getBaseOffset(), b.getLastOffset(), b.getHash(), b.getRewritten()))
                .toList();
    }

    private static dev.curia.proto.replication.v1.BatchMark proto(BatchMark mark) {
        return dev.curia.proto.replication.v1.BatchMark.newBuilder()
                .setBaseOffset(mark.baseOffset())
                .setLastOffset(mark.lastOffset())
                .setHash(mark.hash())
                .setRewritten(mark.rewritten())
                .build();
    }

    private static DigestResponse error(ErrorCode code) {
        return DigestResponse.newBuilder().setCode(code).build();
    }
}
