package dev.curia.metadata.quorum;

import dev.curia.common.loop.EventLoop;
import dev.curia.common.net.HostPort;
import dev.curia.common.time.Clock;
import dev.curia.metadata.client.NodeInspector;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.port.MetadataLog;
import dev.curia.metadata.port.QuorumMembership;
import dev.curia.metadata.port.QuorumStanding;
import dev.curia.metadata.port.QuorumStatus;
import dev.curia.proto.admin.v1.DigestMismatch;
import dev.curia.proto.admin.v1.InspectQuorumResponse;
import dev.curia.proto.admin.v1.QuorumNodeState;
import dev.curia.proto.admin.v1.QuorumVoter;
import dev.curia.proto.metadata.v1.MetadataBatch;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows how this quorum node and, while it leads, the others fare: it asks each of them every second, compares their metadata with its
 * own, and changes the quorum's members when told to. Thread-safe; nothing blocks.
 */
public final class QuorumOperations implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(QuorumOperations.class);
    private static final Duration ROUND = Duration.ofSeconds(1);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(2);
    private static final long CLOSE_SECONDS = 5;
    private static final long NEWS_NANOS = TimeUnit.SECONDS.toNanos(5);

    private record Heard(QuorumNodeState state, long atNanos) {}

    private final MetadataLog log;
    private final QuorumMembership membership;
    private final QuorumHealth health;
    private final NodeInspector inspector;
    private final EventLoop loop;
    private final Clock clock;
    private final MeterRegistry meters;
    private final MetadataDigests digests;
    private final MemberChanges changes;
    private final Map<Integer, Heard> heard = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /** @param loop for the rounds; started and closed by the owner */
    public QuorumOperations(
            MetadataLog log,
            QuorumMembership membership,
            QuorumHealth health,
            NodeInspector inspector,
            EventLoop loop,
            Clock clock,
            MeterRegistry meters) {
        this.log = log;
        this.membership = membership;
        this.health = health;
        this.inspector = inspector;
        this.loop = loop;
        this.clock = clock;
        this.meters = meters;
        this.digests = new MetadataDigests(onMismatch(meters));
        this.changes = new MemberChanges(log, membership, inspector);
        QuorumMetrics.DIGESTS_DIFFER.gauge(meters, () -> digests.mismatches().size());
    }

    private static Consumer<MetadataDigests.Mismatch> onMismatch(MeterRegistry meters) {
        Counter counter = QuorumMetrics.DIGEST_MISMATCHES.counter(meters);
        return mismatch -> {
            counter.increment();
            LOG.error("{}", mismatch);
        };
    }

    /** To be told of commits, and of brokers' digests. */
    public MetadataDigests digests() {
        return digests;
    }

    /** Changes of the quorum's members. */
    public MemberChanges changes() {
        return changes;
    }

    /** Once, when the log has started. */
    public void start() {
        QuorumMetrics.watch(meters, log, membership);
        loop.submit(this::round);
    }

    /** No rounds from now on; returns when the one in progress is over. Before the log is closed, not on the loop. */
    @Override
    public void close() {
        closed = true;
        CountDownLatch passed = new CountDownLatch(1);
        if (!loop.offer(passed::countDown)) return;
        try {
            if (!passed.await(CLOSE_SECONDS, TimeUnit.SECONDS)) LOG.warn("the rounds over the quorum do not end");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Empty when this node follows or leads and is up to date; else what is missing, for people. */
    public Optional<String> notReadyBecause() {
        QuorumStanding standing = membership.standing();
        return health.notReadyBecause(standing, log.status().leader().isPresent())
                .or(() -> log.image().clusterId().isEmpty()
                        ? Optional.of("quorum node " + standing.self().id() + " has no metadata yet")
                        : Optional.empty());
    }

    private void round() {
        if (closed) return;
        QuorumStatus status = log.status();
        if (status.leads()) {
            status.members().stream()
                    .map(QuorumStatus.Member::node)
                    .filter(node -> node.id() != status.nodeId())
                    .forEach(this::ask);
            if (changes.isRunning()) nudge();
        } else {
            heard.clear();
            digests.forget();
        }
        loop.schedule(ROUND.toNanos(), this::round);
    }

    /**
     * An entry without effect. Ratis learns from entries, not from heartbeats, how far a node is: one that joins a second time, and has
     * everything already, would otherwise not be let in before the next change of the metadata.
     */
    private void nudge() {
        var unused = log.propose(MetadataBatch.getDefaultInstance());
    }

    private void ask(QuorumStatus.Node node) {
        var unused = inspector
                .inspect(HostPort.parse(node.rpcAddress()), ANSWER_WITHIN)
                .whenComplete((state, failure) -> {
                    if (failure != null || state.getNodeId() != node.id()) return;
                    heard.put(node.id(), new Heard(state, clock.monotonicNanos()));
                    digests.check("quorum node " + node.id(), state.getImageIndex(), state.getImageDigest());
                });
    }

    /** How this node itself fares. */
    public QuorumNodeState inspectNode() {
        QuorumStanding standing = membership.standing();
        QuorumStatus status = log.status();
        MetadataImage image = log.image();
        return QuorumNodeState.newBuilder()
                .setNodeId(status.nodeId())
                .setClusterId(standing.clusterId())
                .setPeerAddress(standing.self().peerAddress())
                .setVoter(standing.voter())
                .setRemoved(standing.removed())
                .setLeaderId(status.leader().map(QuorumStatus.Node::id).orElse(-1))
                .setTerm(status.term())
                .setKnownIndex(standing.knownIndex())
                .setAppliedIndex(standing.appliedIndex())
                .setSnapshotIndex(status.snapshotIndex())
                .setImageIndex(image.index())
                .setImageDigest(image.digest())
                .setDiskUsableBytes(standing.diskUsableBytes())
                .setDiskTotalBytes(standing.diskTotalBytes())
                .addAllVoterIds(status.members().stream()
                        .map(member -> member.node().id())
                        .sorted()
                        .toList())
                .setNotReadyBecause(notReadyBecause().orElse(""))
                .build();
    }

    /** The quorum as this node sees it. */
    public InspectQuorumResponse inspectQuorum() {
        QuorumStatus status = log.status();
        QuorumNodeState self = inspectNode();
        Map<Integer, QuorumNodeState> states = new TreeMap<>();
        long now = clock.monotonicNanos();
        heard.forEach((id, news) -> {
            if (now - news.atNanos <= NEWS_NANOS) states.put(id, news.state);
        });
        states.put(status.nodeId(), self);
        InspectQuorumResponse.Builder response = InspectQuorumResponse.newBuilder()
                .setClusterId(self.getClusterId())
                .setLeaderId(status.leader().map(QuorumStatus.Node::id).orElse(-1))
                .setTerm(status.term())
                .setCommittedIndex(status.committedIndex())
                .setAnswering(self);
        status.members().forEach(member -> response.addVoters(voter(member, states)));
        changes.newest().ifPresent(response::setChange);
        response.addAllProblems(health.problems(status, states, digests.mismatches()));
        digests.mismatches()
                .forEach(mismatch -> response.addMismatches(DigestMismatch.newBuilder()
                        .setMember(mismatch.member())
                        .setIndex(mismatch.index())
                        .setExpected(mismatch.expected())
                        .setFound(mismatch.found())));
        return response.build();
    }

    private static QuorumVoter voter(QuorumStatus.Member member, Map<Integer, QuorumNodeState> states) {
        QuorumVoter.Builder voter = QuorumVoter.newBuilder()
                .setNodeId(member.node().id())
                .setPeerAddress(member.node().peerAddress())
                .setRpcAddress(member.node().rpcAddress())
                .setMatchIndex(member.matchIndex())
                .setLastContactMs(member.lastContactMillis());
        QuorumNodeState state = states.get(member.node().id());
        if (state != null) voter.setState(state);
        return voter.build();
    }
}
