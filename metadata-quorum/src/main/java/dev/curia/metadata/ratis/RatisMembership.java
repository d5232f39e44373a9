package dev.curia.metadata.ratis;

import dev.curia.metadata.port.QuorumMembership;
import dev.curia.metadata.port.QuorumStanding;
import dev.curia.metadata.port.QuorumStatus;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.protocol.exceptions.ReconfigurationInProgressException;
import org.apache.ratis.protocol.exceptions.ReconfigurationTimeoutException;
import org.apache.ratis.util.JavaUtils;
import org.jspecify.annotations.Nullable;

/** The quorum's membership through Ratis' own configuration changes. Thread-safe. */
final class RatisMembership implements QuorumMembership {
    private final QuorumNodeConfig config;
    private final Supplier<Optional<QuorumServer>> server;
    private final BooleanSupplier removed;

    /** @param server empty while the node does not run */
    RatisMembership(QuorumNodeConfig config, Supplier<Optional<QuorumServer>> server, BooleanSupplier removed) {
        this.config = config;
        this.server = server;
        this.removed = removed;
    }

    private interface Change {
        CompletableFuture<RaftClientReply> begin(QuorumServer server) throws IOException;
    }

    @Override
    public CompletableFuture<Optional<String>> addVoter(QuorumStatus.Node node) {
        return run("node " + node.id() + " did not answer while it was brought up to date", running -> {
            List<RaftPeer> now = running.voters();
            List<RaftPeer> next = new ArrayList<>(now);
            next.add(RatisSettings.peer(node));
            return running.changeVoters(now, next);
        });
    }

    @Override
    public CompletableFuture<Optional<String>> removeVoter(int nodeId) {
        RaftPeerId leaving = RatisSettings.peerId(nodeId);
        return run("the change was not committed in time", running -> {
            List<RaftPeer> now = running.voters();
            return running.changeVoters(
                    now,
                    now.stream().filter(peer -> !peer.getId().equals(leaving)).toList());
        });
    }

    @Override
    public CompletableFuture<Optional<String>> transferLeadership(Optional<Integer> nodeId) {
        return run("the node did not take over in time", running -> {
            Optional<RaftPeerId> successor = nodeId.map(RatisSettings::peerId).or(running::successor);
            if (successor.isEmpty()) throw new IOException("no other voter is known to be up");
            return running.transferLeadership(successor.get(), transferTimeout());
        });
    }

    /** Beyond this, the others elect a leader by themselves just as fast. */
    private Duration transferTimeout() {
        return config.tuning().electionTimeout().multipliedBy(3);
    }

    private CompletableFuture<Optional<String>> run(String onTimeout, Change change) {
        try {
            QuorumServer running = server.get().orElseThrow(() -> new IOException("this node is not running"));
            return change.begin(running)
                    .handle((reply, failure) -> failure == null
                            ? Optional.ofNullable(reply.getException()).map(e -> reason(e, onTimeout))
                            : Optional.of(reason(failure, onTimeout)));
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.completedFuture(Optional.of(reason(e, onTimeout)));
        }
    }

    private static String reason(@Nullable Throwable failure, String onTimeout) {
        Throwable cause = JavaUtils.unwrapCompletionException(failure);
        if (cause instanceof ReconfigurationTimeoutException) return onTimeout;
        if (cause instanceof ReconfigurationInProgressException) return "another change of the quorum is under way";
        if (cause instanceof NotLeaderException || cause instanceof LeaderNotReadyException) {
            return NOT_LEADING;
        }
        return String.valueOf(cause.getMessage());
    }

    @Override
    public OptionalLong matchIndex(int nodeId) {
        return server.get().map(running -> running.matchIndex(nodeId)).orElse(OptionalLong.empty());
    }

    @Override
    public QuorumStanding standing() {
        QuorumServer running = server.get().orElseThrow(() -> new IllegalStateException("this node is not running"));
        File disk = config.directory().toFile();
        long applied = running.appliedIndex();
        return new QuorumStanding(
                config.self().node(),
                config.clusterId(),
                running.isVoter() && !removed.getAsBoolean(),
                removed.getAsBoolean(),
                running.leaderReady(),
                running.silenceMillis(),
                Math.max(applied, running.knownIndex()),
                applied,
                disk.getUsableSpace(),
                disk.getTotalSpace());
    }
}
