package dev.curia.metadata.quorum;

import static dev.curia.common.metric.MetricKey.counter;
import static dev.curia.common.metric.MetricKey.gauge;

import dev.curia.common.metric.MetricKey;
import dev.curia.metadata.image.BrokerRegistration;
import dev.curia.metadata.port.MetadataLog;
import dev.curia.metadata.port.QuorumMembership;
import dev.curia.metadata.port.QuorumStatus;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.function.Supplier;

/** Every metric of how a quorum node fares, all named here. */
public final class QuorumMetrics {
    private static final MetricKey LEADER = gauge(
            "curia_quorum_leader",
            "The id of the node that leads, as this node knows; -1: none.",
            "-1 for more than a few seconds: no majority runs. See \"The metadata quorum\" in operations.md.");
    private static final MetricKey LEADS = gauge(
            "curia_quorum_leads",
            "1 on the node that leads and acts as the controller, else 0.",
            "The sum over all nodes is 1, but for a moment after an election.");
    private static final MetricKey TERM = gauge(
            "curia_quorum_term",
            "Raft's term: it rises with each election.",
            "Rising without a node that stopped: nodes do not hear each other in time, or their disks stall.");
    private static final MetricKey COMMITTED = gauge(
            "curia_quorum_committed_index",
            "The last entry of the metadata log that a majority has, as this node knows.",
            "Its rate is what changes in the cluster; it is not part of producing and consuming.");
    private static final MetricKey APPLIED = gauge(
            "curia_quorum_applied_index",
            "The last record of the metadata log that this node has applied.",
            "Raft's own entries count as committed only, so it may stay a little below curia_quorum_committed_index.");
    private static final MetricKey BEHIND = gauge(
            "curia_quorum_behind_entries",
            "Entries that this node knows of and has not applied.",
            "It catches up by itself. If the number grows its disk or its network is too slow; above 1,000 it is not ready.");
    private static final MetricKey SILENCE = gauge(
            "curia_quorum_silence_seconds",
            "Since this node heard of the leader, or of a majority when it leads; -1: of nobody yet.",
            "Above twice `quorum.election.timeout.ms` there is an election, or this node is cut off.");
    private static final MetricKey VOTERS = gauge(
            "curia_quorum_voters",
            "Voters of the quorum, as this node knows.",
            "Below three no node may fail: `curia quorum add`.");
    private static final MetricKey SNAPSHOT = gauge(
            "curia_quorum_snapshot_index",
            "The entry of the newest snapshot on this node's disk; -1: none yet.",
            "It should follow the applied index: else the log grows, and the next start takes longer.");
    private static final MetricKey DISK_USABLE = gauge(
            "curia_quorum_disk_usable_bytes",
            "What can still be written where `quorum.data.dir` is.",
            "When low: make room. A quorum node whose disk is full stops.");
    private static final MetricKey DISK_TOTAL =
            gauge("curia_quorum_disk_total_bytes", "The size of that file system.", "");
    private static final MetricKey BROKERS =
            gauge("curia_cluster_brokers", "Registered brokers, as this quorum node knows.", "");
    private static final MetricKey FENCED = gauge(
            "curia_cluster_fenced_brokers",
            "Those of them that are fenced: stopped, cut off or starting.",
            "`curia brokers list` names them.");
    private static final MetricKey TOPICS = gauge("curia_cluster_topics", "Topics.", "");
    private static final MetricKey LEADERLESS = gauge(
            "curia_cluster_leaderless_partitions",
            "Partitions that nobody leads: they can be neither written nor read.",
            "Start the brokers that have them: `curia events --kind leader_lost` names them.");
    private static final MetricKey MOVING = gauge(
            "curia_cluster_moving_partitions",
            "Partitions that move from brokers to others.",
            "For long: `curia partitions moves` shows what each waits for.");
    static final MetricKey DIGESTS_DIFFER = gauge(
            "curia_metadata_digest_mismatched_members",
            "Quorum nodes and brokers whose metadata differs from this leader's at the same index.",
            "See \"Metadata that differs\" in operations.md.");
    static final MetricKey DIGEST_MISMATCHES = counter(
            "curia_metadata_digest_mismatches_total",
            "How often a quorum node or a broker was found with metadata that differs from this leader's.",
            "As above.");

    /** All of them. */
    public static final List<MetricKey> KEYS = List.of(
            LEADER,
            LEADS,
            TERM,
            SILENCE,
            COMMITTED,
            APPLIED,
            BEHIND,
            SNAPSHOT,
            VOTERS,
            DISK_USABLE,
            DISK_TOTAL,
            DIGESTS_DIFFER,
            DIGEST_MISMATCHES,
            BROKERS,
            FENCED,
            TOPICS,
            LEADERLESS,
            MOVING);

    private QuorumMetrics() {}

    /** Gauges of a node; they have no value while its log does not run. */
    static void watch(MeterRegistry meters, MetadataLog log, QuorumMembership membership) {
        LEADER.gauge(
                meters,
                whileRunning(
                        () -> log.status().leader().map(QuorumStatus.Node::id).orElse(-1)));
        LEADS.gauge(meters, whileRunning(() -> membership.standing().leads() ? 1 : 0));
        TERM.gauge(meters, whileRunning(() -> log.status().term()));
        COMMITTED.gauge(meters, whileRunning(() -> log.status().committedIndex()));
        APPLIED.gauge(meters, whileRunning(() -> log.status().appliedIndex()));
        BEHIND.gauge(meters, whileRunning(() -> membership.standing().behind()));
        SILENCE.gauge(meters, whileRunning(() -> seconds(membership.standing().silenceMillis())));
        VOTERS.gauge(meters, whileRunning(() -> log.status().members().size()));
        SNAPSHOT.gauge(meters, whileRunning(() -> log.status().snapshotIndex()));
        BROKERS.gauge(meters, () -> log.image().brokers().size());
        FENCED.gauge(
                meters,
                () -> log.image().brokers().stream()
                        .filter(BrokerRegistration::fenced)
                        .count());
        TOPICS.gauge(meters, () -> log.image().topics().size());
        LEADERLESS.gauge(meters, () -> log.image().leaderless().size());
        MOVING.gauge(meters, () -> log.image().moving().size());
        DISK_USABLE.gauge(meters, whileRunning(() -> membership.standing().diskUsableBytes()));
        DISK_TOTAL.gauge(meters, whileRunning(() -> membership.standing().diskTotalBytes()));
    }

    private static double seconds(long millis) {
        return millis < 0 ? -1 : millis / 1e3;
    }

    private static Supplier<Number> whileRunning(Supplier<Number> value) {
        return () -> {
            try {
                return value.get();
            } catch (IllegalStateException notRunning) {
                return Double.NaN;
            }
        };
    }
}
