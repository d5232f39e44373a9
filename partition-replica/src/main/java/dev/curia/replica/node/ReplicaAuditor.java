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
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads again what this broker follows, range by range below the high watermark, checks it, and compares it with the leaders; answers others that
 * follow this broker. A replica that is damaged is given up and made anew; so is a follower that has other records than its leader.
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
        } else if (mine.get().end() == from) {
            skip(0);
        } else {
            ask(new Range(replica, view, mine.get()), false);
        }
    }

    private void ask(Range range, boolean withBatches) {
        DigestRequest request = DigestRequest.newBuilder()
                .setClusterId(self.clusterId())
                .setBrokerId(self.id())
                .setTopicId(UnsafeByteOperations.unsafeWrap(
                        range.replica.id().topicId().toBytes()))
                .setPartition(range.replica.id().partition())
                .setLeaderEpoch(range.view.leaderEpoch())
                .setFromOffset(range.mine.from())
                .setToOffset(range.mine.end())
                .setWithBatches(withBatches)
                .build();
        var unused = links.ask(range.view.leader(), request)
                .whenComplete((response, failure) -> loop.submit(() -> {
                    if (failure != null)
                        LOG.debug(
                                "{}: leader {} did not answer the auditor",
                                range.replica.name(),
                                range.view.leader(),
                                failure);
                    if (failure != null || response.getCode() != ErrorCode.NONE || response.hasDamagedAt()) {
                        skip(range.mine.bytes()); // the next pass tries again; a leader sees to its own damage
                    } else {
                        compare(range, withBatches, response);
                    }
                }));
    }

    private void compare(Range range, boolean withBatches, DigestResponse response) {
        RangeDigest mine = range.mine;
        boolean same = response.getDigest() == mine.value();
        if (!same && !withBatches) {
            ask(range, true);
            return;
        }
        Optional<Differences> differences =
                same ? Optional.empty() : Differences.between(mine.batches(), marks(response));
        if (differences.isPresent()) {
            differs(range, differences.get());
            skip(mine.bytes());
        } else {
            metrics.agreed(mine.bytes());
            next(mine.end(), mine.bytes());
        }
    }

    private void differs(Range range, Differences found) {
        Replica.View now = range.replica.view();
        boolean stale = now.leaderEpoch() != range.view.leaderEpoch() || now.logStartOffset() > range.mine.from();
        if (stale) return; // it was cut meanwhile, or its records were deleted
        String what = found.batches() + " batches differ from those of leader " + range.view.leader()
                + " although the checksums of both are right: which is the true one cannot be told, the leader's is taken";
        if (!range.replica.giveUp(CauseKind.CONTENT_DIFFERS, what, found.from(), found.to())) return;
        metrics.differs();
        LOG.error(
                "{} on broker {}: offsets {} to {}: {}",
                range.replica.name(),
                self.id(),
                found.from(),
                found.to() - 1,
                what);
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
        if (!view.leading()) return error(ErrorCode.NOT_LEADER_OR_FOLLOWER);
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
            leaderDamaged(replica.get(), view, mine.damagedAt().getAsLong());
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
