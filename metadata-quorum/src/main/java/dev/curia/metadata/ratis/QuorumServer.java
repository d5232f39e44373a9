package dev.curia.metadata.ratis;

import dev.curia.common.net.HostPort;
import dev.curia.metadata.port.QuorumStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.proto.RaftProtos.CommitInfoProto;
import org.apache.ratis.proto.RaftProtos.RaftGroupIdProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.ServerRpcProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.ExitUtils;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Raft server of this node and its one group. Thread-safe. */
final class QuorumServer implements LeadershipTracker.Truth, Succession.Quorum, AutoCloseable {
    /** A follower and how far it has come, as its leader knows it. */
    private record Follower(String id, long matchIndex, long lastContactMillis) {}

    private static final Logger LOG = LoggerFactory.getLogger(QuorumServer.class);

    // Ratis remembers (client, call) pairs to recognize retries, so a pair must never be used twice: new at each start.
    private final ClientId clientId = ClientId.randomId();
    private final AtomicLong callIds = new AtomicLong();
    private final QuorumNodeConfig config;
    private final RaftGroup group;
    private final RaftServer server;
    private final RaftServer.Division division;

    private QuorumServer(QuorumNodeConfig config, RaftGroup group, RaftServer server) throws IOException {
        this.config = config;
        this.group = group;
        this.server = server;
        this.division = server.getDivision(group.getGroupId());
    }

    /**
     * Restores the state machine and begins to take part.
     *
     * @throws QuorumStartException when the port is taken or the disk cannot be used
     */
    static QuorumServer start(
            QuorumNodeConfig config,
            QuorumDirectory directory,
            MetadataStateMachine stateMachine,
            Optional<RaftTls> tls) {
        // Ratis would end the process when it cannot listen; now it throws an ExitException, and only then.
        ExitUtils.disableSystemExit();
        RaftGroup group = RatisSettings.group(config, directory);
        RaftServer server = null;
        try {
            server = RaftServer.newBuilder()
                    .setServerId(RatisSettings.peerId(config.nodeId()))
                    .setGroup(group)
                    .setStateMachine(stateMachine)
                    .setProperties(RatisSettings.properties(config, directory))
                    .setParameters(RatisSettings.parameters(tls))
                    // The directory is formatted: an empty one was refused already, and formatting is never done here.
                    .setOption(RaftStorage.StartupOption.RECOVER)
                    .build();
            server.start();
            return new QuorumServer(config, group, server);
        } catch (IOException | RuntimeException e) {
            QuorumStartException failure = startFailure(config, e);
            try {
                if (server != null) server.close();
            } catch (IOException suppressed) {
                failure.addSuppressed(suppressed);
            }
            throw failure;
        }
    }

    private static QuorumStartException startFailure(QuorumNodeConfig config, Exception e) {
        String node = "quorum node " + config.nodeId();
        if (e instanceof ExitUtils.ExitException) {
            return new QuorumStartException(
                    node + " cannot listen on "
                            + config.bindHost().orElse(config.self().host()) + ":"
                            + config.self().raftPort() + " (" + rootCause(e).getMessage()
                            + "). Stop what uses that address, or change this node's entry in the voters.",
                    e);
        }
        return new QuorumStartException(node + " cannot start on " + config.directory() + ": " + e.getMessage(), e);
    }

    private static Throwable rootCause(Throwable e) {
        Throwable cause = e.getCause();
        return cause == null ? e : rootCause(cause);
    }

    @Override
    public long term() {
        return division.getInfo().getCurrentTerm();
    }

    @Override
    public boolean leaderReady() {
        return division.getInfo().isLeaderReady();
    }

    /** Whether this node's part of the group has ended, by request or by failure. */
    boolean ended() {
        LifeCycle.State state = division.getInfo().getLifeCycleState();
        return state.isClosingOrClosed() || state == LifeCycle.State.EXCEPTION;
    }

    /** Appends on return, in call order for one thread; the future completes on the apply thread. */
    CompletableFuture<RaftClientReply> submit(byte[] entry) throws IOException {
        return server.submitClientRequestAsync(RaftClientRequest.newBuilder()
                .setClientId(clientId)
                .setServerId(server.getId())
                .setGroupId(group.getGroupId())
                .setCallId(callIds.incrementAndGet())
                .setMessage(Message.valueOf(UnsafeByteOperations.unsafeWrap(entry)))
                .setType(RaftClientRequest.writeRequestType())
                .build());
    }

    /** Makes {@code next} the voters if {@code now} are; new ones catch up before they vote. Done when it is committed. */
    CompletableFuture<RaftClientReply> changeVoters(List<RaftPeer> now, List<RaftPeer> next) throws IOException {
        return server.setConfigurationAsync(new SetConfigurationRequest(
                clientId,
                server.getId(),
                group.getGroupId(),
                callIds.incrementAndGet(),
                SetConfigurationRequest.Arguments.newBuilder()
                        .setServersInNewConf(next)
                        .setListenersInNewConf(List.of())
                        .setServersInCurrentConf(now)
                        .setListenersInCurrentConf(List.of())
                        .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET)
                        .build()));
    }

    /** As of the newest configuration in the log, committed or not. */
    List<RaftPeer> voters() {
        return List.copyOf(division.getRaftConf().getCurrentPeers());
    }

    boolean isVoter() {
        return voters().stream().anyMatch(peer -> peer.getId().equals(server.getId()));
    }

    /** Of a follower or of a node that is being added; empty unless this node leads. */
    OptionalLong matchIndex(int nodeId) {
        Follower follower = followers(division.getInfo()).get(Integer.toString(nodeId));
        return follower == null ? OptionalLong.empty() : OptionalLong.of(follower.matchIndex);
    }

    /** Since the leader was heard, or a majority when this node leads; -1: nobody yet. */
    long silenceMillis() {
        DivisionInfo info = division.getInfo();
        if (info.getLeaderId() == null) return -1;
        if (!info.isLeader()) {
            return info.getRoleInfoProto().getFollowerInfo().getLeaderInfo().getLastRpcElapsedTimeMs();
        }
        Map<String, Follower> followers = followers(info);
        List<Long> contacts = voters().stream()
                .map(peer -> followers.get(peer.getId().toString()))
                .map(follower -> follower == null ? 0L : follower.lastContactMillis) // only this node has none
                .sorted()
                .toList();
        return contacts.isEmpty() ? -1 : contacts.get(contacts.size() / 2);
    }

    /** The highest index that this node knows to be committed, here or elsewhere. */
    long knownIndex() {
        return division.getCommitInfos().stream()
                .mapToLong(CommitInfoProto::getCommitIndex)
                .reduce(division.getRaftLog().getLastCommittedIndex(), Math::max);
    }

    long appliedIndex() {
        return division.getInfo().getLastAppliedIndex();
    }

    /** The follower that can take over soonest: the furthest of those heard of lately. Empty unless this node leads. */
    Optional<RaftPeerId> successor() {
        long lately = config.tuning().electionTimeout().toMillis();
        return followers(division.getInfo()).values().stream()
                .filter(follower -> follower.lastContactMillis <= lately)
                .max(Comparator.comparingLong(Follower::matchIndex))
                .map(follower -> RaftPeerId.valueOf(follower.id));
    }

    /** Done when {@code successor} leads or time is up. */
    CompletableFuture<RaftClientReply> transferLeadership(RaftPeerId successor, Duration atMost) throws IOException {
        return server.transferLeadershipAsync(new TransferLeadershipRequest(
                clientId, server.getId(), group.getGroupId(), callIds.incrementAndGet(), successor, atMost.toMillis()));
    }

    @Override
    public Optional<Succession.Leader> leader() {
        RaftPeerId leader = division.getInfo().getLeaderId();
        if (leader == null || leader.equals(server.getId())) return Optional.empty();
        return Optional.ofNullable(division.getRaftConf().getPeer(leader))
                .map(QuorumServer::node)
                .map(node -> new Succession.Leader(node.id(), HostPort.parse(node.rpcAddress())));
    }

    @Override
    public List<Integer> voterIds() {
        return voters().stream()
                .map(peer -> Integer.valueOf(peer.getId().toString()))
                .toList();
    }

    /** As the leader would ask this node itself when it hands over. */
    @Override
    public void stand(Succession.Leader gone) {
        TermIndex last = division.getRaftLog().getLastEntryTermIndex();
        if (last == null) return;
        RaftRpcRequestProto from = RaftRpcRequestProto.newBuilder()
                .setRequestorId(RatisSettings.peerId(gone.id()).toByteString())
                .setReplyId(server.getId().toByteString())
                .setRaftGroupId(
                        RaftGroupIdProto.newBuilder().setId(group.getGroupId().toByteString()))
                .setCallId(callIds.incrementAndGet())
                .build();
        try {
            server.startLeaderElection(StartLeaderElectionRequestProto.newBuilder()
                    .setServerRequest(from)
                    .setLeaderLastEntry(last.toProto())
                    .build());
        } catch (IOException e) {
            LOG.info("node {} does not stand for election before its election timeout", server.getId(), e);
        }
    }

    QuorumStatus status(long appliedIndex) {
        DivisionInfo info = division.getInfo();
        Map<String, Follower> followers = followers(info);
        List<QuorumStatus.Member> members = new ArrayList<>();
        for (RaftPeer peer : division.getRaftConf().getCurrentPeers()) {
            members.add(member(peer, info, followers.get(peer.getId().toString())));
        }
        RaftPeerId leader = info.getLeaderId();
        SnapshotInfo snapshot = division.getStateMachine().getLatestSnapshot();
        return new QuorumStatus(
                config.nodeId(),
                Optional.ofNullable(
                                leader == null ? null : division.getRaftConf().getPeer(leader))
                        .map(QuorumServer::node),
                info.getCurrentTerm(),
                division.getRaftLog().getLastCommittedIndex(),
                appliedIndex,
                snapshot == null ? -1 : snapshot.getIndex(),
                members);
    }

    private QuorumStatus.Member member(RaftPeer peer, DivisionInfo info, @Nullable Follower follower) {
        if (follower != null) {
            return new QuorumStatus.Member(node(peer), follower.matchIndex, follower.lastContactMillis);
        }
        boolean self = peer.getId().equals(server.getId()) && info.isLeader();
        return new QuorumStatus.Member(node(peer), self ? division.getRaftLog().getFlushIndex() : -1, self ? 0 : -1);
    }

    /** By id; empty unless this node leads. Both of Ratis' lists are in the order of its log appenders. */
    private static Map<String, Follower> followers(DivisionInfo info) {
        List<ServerRpcProto> contacts = info.getRoleInfoProto().getLeaderInfo().getFollowerInfoList();
        long[] matches = info.getFollowerMatchIndices();
        Map<String, Follower> followers = new HashMap<>();
        for (int i = 0; i < Math.min(contacts.size(), matches == null ? 0 : matches.length); i++) {
            String id = contacts.get(i).getId().getId().toStringUtf8();
            followers.put(id, new Follower(id, matches[i], contacts.get(i).getLastRpcElapsedTimeMs()));
        }
        return followers;
    }

    private static QuorumStatus.Node node(RaftPeer peer) {
        return new QuorumStatus.Node(
                Integer.parseInt(peer.getId().toString()), peer.getAddress(), peer.getClientAddress());
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
