package dev.curia.metadata.ratis;

import dev.curia.metadata.rocksdb.Checkpoints;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.server.raftlog.LogProtoUtils;
import org.jspecify.annotations.Nullable;

/**
 * The members of the Raft group that a node has applied last, as Ratis keeps them in {@code current/raft-meta.conf}. Ratis goes back to
 * the configured voters when it cannot read that file; a node that did so could vote in a quorum that is none any more. Immutable.
 *
 * @param peers empty when the node has not heard of any configuration
 * @param index of the log entry that they are from; -1: none
 */
record GroupFile(List<RaftPeer> peers, long index) {
    private static final String NAME = "raft-meta.conf";

    GroupFile {
        peers = List.copyOf(peers);
    }

    /**
     * @param joins whether the node waits for a configuration when it has none, instead of beginning with the configured voters
     * @throws QuorumStartException when the file is damaged, or is missing where there has been one
     */
    static GroupFile read(Path raftGroup, boolean joins) throws IOException {
        Path file = file(raftGroup);
        if (!Files.exists(file)) {
            boolean untouched =
                    new Checkpoints(raftGroup.resolve("sm")).newest().isEmpty();
            if (joins || untouched) return new GroupFile(List.of(), -1);
            throw damaged(file, "is missing, although the node has metadata", null);
        }
        try (InputStream in = Files.newInputStream(file)) {
            RaftConfiguration configuration = LogProtoUtils.toRaftConfiguration(LogEntryProto.parseFrom(in));
            return new GroupFile(List.copyOf(configuration.getCurrentPeers()), configuration.getLogEntryIndex());
        } catch (IOException | RuntimeException e) {
            throw damaged(file, "cannot be read", e);
        }
    }

    static Path file(Path raftGroup) {
        return raftGroup.resolve("current").resolve(NAME);
    }

    boolean isEmpty() {
        return peers.isEmpty();
    }

    private static QuorumStartException damaged(Path file, String what, @Nullable Throwable cause) {
        String message = file + ", which says who is in the quorum, " + what + ". Remove this node from the quorum,"
                + " empty its directory and add it again as a new node.";
        return cause == null ? new QuorumStartException(message) : new QuorumStartException(message, cause);
    }
}
