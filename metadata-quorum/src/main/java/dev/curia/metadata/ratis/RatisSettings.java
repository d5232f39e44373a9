package dev.curia.metadata.ratis;

import dev.curia.metadata.port.QuorumStatus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** Our configuration in Ratis' terms, by its typed setters: the only place that sets a Ratis property. Pure. */
final class RatisSettings {
    /** Of one log entry. An existing log may hold entries of this size: never lower it. */
    static final int MAX_ENTRY_BYTES = 2 << 20;

    // A lone voter waits for nobody; Ratis wants a range, however small.
    private static final Duration ALONE = Duration.ofMillis(5);

    private static final int UNANSWERED_CHUNKS = 8;

    private static final Duration NEVER = Duration.ofDays(3_650);

    private RatisSettings() {}

    /** Derived from the cluster id, so that nodes of different clusters never understand each other. */
    static UUID groupUuid(String clusterId) {
        return UUID.nameUUIDFromBytes(("curia-quorum:" + clusterId).getBytes(StandardCharsets.UTF_8));
    }

    /** What the node has on disk, else, at a cluster's first start, the configured voters; nobody while a joiner waits to be added. */
    static RaftGroup group(QuorumNodeConfig config, QuorumDirectory directory) {
        List<RaftPeer> peers = directory.group().peers();
        if (peers.isEmpty() && !directory.joins()) {
            peers = config.voters().stream().map(RatisSettings::peer).toList();
        }
        // Ratis refuses a group without this node. One that was removed waits, as one that joins, for a leader who adds
        // it.
        boolean removed = peers.stream().noneMatch(peer -> peer.getId().equals(peerId(config.nodeId())));
        return RaftGroup.valueOf(groupId(config.clusterId()), removed ? List.of() : peers);
    }

    static RaftGroupId groupId(String clusterId) {
        return RaftGroupId.valueOf(groupUuid(clusterId));
    }

    static RaftPeerId peerId(int nodeId) {
        return RaftPeerId.valueOf(Integer.toString(nodeId));
    }

    /** The client address is our own gRPC service: the Raft configuration is then the table of where each node is reached. */
    static RaftPeer peer(Voter voter) {
        return peer(voter.node());
    }

    static RaftPeer peer(QuorumStatus.Node node) {
        return RaftPeer.newBuilder()
                .setId(peerId(node.id()))
                .setAddress(node.peerAddress())
                .setClientAddress(node.rpcAddress())
                .build();
    }

    static RaftProperties properties(QuorumNodeConfig config, QuorumDirectory directory) {
        RaftProperties p = new RaftProperties();
        RaftServerConfigKeys.setStorageDir(p, List.of(directory.raft().toFile()));
        RaftServerConfigKeys.setRemovedGroupsDir(p, directory.removedGroups().toFile());
        RaftServerConfigKeys.setStorageFreeSpaceMin(p, SizeInBytes.ZERO);
        timeouts(p, config, isAlone(config, directory));
        transport(p, config);
        log(p, config.tuning());
        snapshots(p, config.tuning());
        return p;
    }

    static Parameters parameters(Optional<RaftTls> tls) {
        Parameters parameters = new Parameters();
        tls.ifPresent(given -> GrpcConfigKeys.TLS.setConf(parameters, given.config()));
        return parameters;
    }

    private static boolean isAlone(QuorumNodeConfig config, QuorumDirectory directory) {
        List<RaftPeer> peers = List.copyOf(group(config, directory).getPeers());
        return peers.size() == 1 && peers.get(0).getId().equals(peerId(config.nodeId()));
    }

    private static void timeouts(RaftProperties p, QuorumNodeConfig config, boolean alone) {
        Duration election = config.tuning().electionTimeout();
        Duration first = alone ? ALONE : config.tuning().firstElectionTimeout();
        RaftServerConfigKeys.Rpc.setTimeoutMin(p, duration(election));
        RaftServerConfigKeys.Rpc.setTimeoutMax(p, duration(election.multipliedBy(2)));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(p, duration(first));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(p, duration(first.multipliedBy(2)));
        RaftServerConfigKeys.Rpc.setRequestTimeout(p, duration(election.multipliedBy(3)));
        // A node that joins may be slow to begin: its first connection, its first classes, a busy machine.
        RaftServerConfigKeys.setStagingTimeout(p, duration(election.multipliedBy(20)));
        RaftServerConfigKeys.Notification.setNoLeaderTimeout(p, duration(Duration.ofSeconds(10)));
        RaftServerConfigKeys.LeaderElection.setPreVote(p, true);
        // Ratis would stop for good after a minute: a machine that was suspended, perhaps all of them at once.
        RaftServerConfigKeys.setCloseThreshold(p, duration(NEVER));
    }

    /** Ratis' client and admin services share the peers' port; who reaches that one is inside the quorum anyway. */
    private static void transport(RaftProperties p, QuorumNodeConfig config) {
        Voter self = config.self();
        GrpcConfigKeys.Server.setHost(p, config.bindHost().orElse(self.host()));
        GrpcConfigKeys.Server.setPort(p, self.raftPort());
        GrpcConfigKeys.Server.setHeartbeatChannel(p, true);
        // Ratis gives up on a snapshot after limit x timeout without an answer. When the follower was down it notices
        // nothing
        // before, also not that the follower is back: the default of 8 x 3 s is too long, and a limit of 0 gives up at
        // once.
        Duration giveUp = config.tuning().electionTimeout().multipliedBy(10);
        GrpcConfigKeys.Server.setInstallSnapshotRequestElementLimit(p, UNANSWERED_CHUNKS);
        GrpcConfigKeys.Server.setInstallSnapshotRequestTimeout(p, duration(giveUp.dividedBy(UNANSWERED_CHUNKS)));
    }

    private static void log(RaftProperties p, QuorumTuning tuning) {
        // After an error the leader waits, by default up to 5 s. After a wait of half an election timeout a heartbeat
        // is
        // due and no entry is sent with it, so that a follower that answers heartbeats with its own end is never sent
        // what it lacks.
        RaftServerConfigKeys.Log.Appender.setRetryPolicy(
                p, "1ms,10," + Math.max(1, tuning.electionTimeout().toMillis() / 10) + "ms," + Integer.MAX_VALUE);
        RaftServerConfigKeys.Log.Appender.setBufferByteLimit(p, SizeInBytes.valueOf(MAX_ENTRY_BYTES));
        RaftServerConfigKeys.Log.setWriteBufferSize(p, SizeInBytes.valueOf("4MB"));
        RaftServerConfigKeys.Log.setSegmentSizeMax(p, SizeInBytes.valueOf(tuning.segmentBytes()));
        RaftServerConfigKeys.Log.setPreallocatedSize(p, SizeInBytes.valueOf(Math.min(1 << 20, tuning.segmentBytes())));
        RaftServerConfigKeys.Log.setSegmentCacheNumMax(p, 2);
        // The entry after a commit tells followers of it. Without, they, and the brokers that watch them, would hear of
        // a new leader with the
        // next heartbeat. Asking for the read index makes heartbeats too, but a follower that still writes the entry
        // gains nothing from one.
        RaftServerConfigKeys.Log.setLogMetadataEnabled(p, true);
        // Composed, entries that come while the first of them is still being written are acknowledged, and not kept: a
        // majority could commit what only the leader has, and the leader never sends them again.
        RaftServerConfigKeys.Log.setAppendEntriesComposeEnabled(p, false);
        // An acknowledged entry is on disk: never trade that.
        RaftServerConfigKeys.Log.setUnsafeFlushEnabled(p, false);
        RaftServerConfigKeys.Log.setAsyncFlushEnabled(p, false);
        RaftServerConfigKeys.Log.setForceSyncNum(p, 128);
        RaftServerConfigKeys.Log.setCorruptionPolicy(p, RaftServerConfigKeys.Log.CorruptionPolicy.EXCEPTION);
        // Otherwise one dead follower keeps the whole log for ever.
        RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(p, true);
        RaftServerConfigKeys.Log.setPurgePreservationLogNum(p, tuning.purgePreservation());
        RaftServerConfigKeys.Log.setPurgeGap(p, Math.max(1, Math.min(1024, tuning.snapshotThreshold() / 4)));
    }

    private static void snapshots(RaftProperties p, QuorumTuning tuning) {
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(p, true);
        RaftServerConfigKeys.Snapshot.setAutoTriggerThreshold(p, tuning.snapshotThreshold());
        RaftServerConfigKeys.Snapshot.setTriggerWhenStopEnabled(p, tuning.snapshotOnClose());
        // The leader may still be sending the one before the newest.
        RaftServerConfigKeys.Snapshot.setRetentionFileNum(p, 2);
        RaftServerConfigKeys.Log.Appender.setInstallSnapshotEnabled(p, true);
        RaftServerConfigKeys.Log.Appender.setSnapshotChunkSizeMax(p, SizeInBytes.valueOf(tuning.snapshotChunkBytes()));
    }

    private static TimeDuration duration(Duration duration) {
        return TimeDuration.valueOf(duration.toMillis(), TimeUnit.MILLISECONDS);
    }
}
