package dev.curia.metadata.ratis;

import dev.curia.common.metric.MetricKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which of Ratis' metrics are worth having, under which names. The others, of features that are not used here, are not kept. Immutable. */
public final class RatisMeters {
    private static final Map<String, MetricKey> BY_NAME = new LinkedHashMap<>();

    private static void keep(
            String ratisName, MetricKey.Type type, String name, String meaning, String advice, String... moreLabels) {
        List<String> labels = moreLabels.length == 0 ? List.of("member") : List.of("member", moreLabels[0]);
        BY_NAME.put(ratisName, new MetricKey(name, type, labels, meaning, advice, true));
    }

    static {
        keep(
                "leader_election.electionCount",
                MetricKey.Type.COUNTER,
                "curia_quorum_elections_total",
                "Elections that this node started.",
                "Without a node that stopped: disks that stall, or a network that loses packets.");
        keep(
                "leader_election.electionTime",
                MetricKey.Type.HISTOGRAM,
                "curia_quorum_election_seconds",
                "How long its elections took.",
                "Administration waits for that long; producing and consuming go on.");
        keep(
                "leader_election.timeoutCount",
                MetricKey.Type.COUNTER,
                "curia_quorum_election_timeouts_total",
                "How often this node did not hear of a leader in time.",
                "As above.");
        keep(
                "leader_election.transferLeadershipCount",
                MetricKey.Type.COUNTER,
                "curia_quorum_leadership_transfers_total",
                "Leaderships handed over on purpose.",
                "");
        keep(
                "log_worker.flushTime",
                MetricKey.Type.HISTOGRAM,
                "curia_quorum_log_flush_seconds",
                "How long it took to write and force a batch of entries to disk.",
                "Each change of metadata waits for it, on a majority: give `quorum.data.dir` a faster disk, or one of its own.");
        keep(
                "log_worker.syncTime",
                MetricKey.Type.HISTOGRAM,
                "curia_quorum_log_sync_seconds",
                "The force (fsync) alone.",
                "As above. Above `quorum.election.timeout.ms` there are elections.");
        keep(
                "log_worker.queueingDelay",
                MetricKey.Type.HISTOGRAM,
                "curia_quorum_log_queue_seconds",
                "How long an entry waited to get into the log's queue.",
                "The disk is slower than what is written.");
        keep(
                "log_worker.workerQueueSize",
                MetricKey.Type.GAUGE,
                "curia_quorum_log_queue_entries",
                "Tasks that wait for the log's writer.",
                "As above.");
        keep(
                "log_worker.appendEntryCount",
                MetricKey.Type.COUNTER,
                "curia_quorum_log_entries_total",
                "Entries appended to this node's log.",
                "");
        keep(
                "log_worker.closedSegmentsSizeInBytes",
                MetricKey.Type.GAUGE,
                "curia_quorum_log_closed_bytes",
                "Size of the log's closed segments.",
                "It should fall after each snapshot.");
        keep(
                "log_worker.openSegmentSizeInBytes",
                MetricKey.Type.GAUGE,
                "curia_quorum_log_open_bytes",
                "Size of the segment that is written to.",
                "");
        keep(
                "server.peerCommitIndex",
                MetricKey.Type.GAUGE,
                "curia_quorum_peer_committed_index",
                "How far each node has committed, as this one has heard.",
                "The difference to the leader's is a node's lag.",
                "peer");
        keep(
                "server.lastHeartbeatElapsedTime",
                MetricKey.Type.GAUGE,
                "curia_quorum_peer_silence_seconds",
                "On the leader: since each follower answered.",
                "That node is down, cut off or stalls.",
                "peer");
        keep(
                "server.follower_append_entry_latency",
                MetricKey.Type.HISTOGRAM,
                "curia_quorum_follower_append_seconds",
                "On the leader: from sending entries to a follower to its answer.",
                "That node's disk or network is slow.",
                "peer");
        keep(
                "server.numInstallSnapshot",
                MetricKey.Type.COUNTER,
                "curia_quorum_snapshots_installed_total",
                "Snapshots taken from the leader, since this node was too far behind for the log.",
                "");
        keep(
                "state_machine.takeSnapshot",
                MetricKey.Type.HISTOGRAM,
                "curia_quorum_snapshot_seconds",
                "How long it took to write a snapshot.",
                "");
    }

    /** All of them. */
    public static final List<MetricKey> KEYS = List.copyOf(BY_NAME.values());

    private RatisMeters() {}

    /** @param ratisName component and name, without a peer in it; empty: not kept */
    static Optional<MetricKey> find(String ratisName) {
        return Optional.ofNullable(BY_NAME.get(ratisName));
    }
}
