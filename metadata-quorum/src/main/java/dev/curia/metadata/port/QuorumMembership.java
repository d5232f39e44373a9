package dev.curia.metadata.port;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * Changes who is in the quorum and who leads it. Only the leader can; on any other node a change fails. One change at a time: another
 * fails while one is under way. Thread-safe; the futures never fail and hold, when a change came to nothing, the reason for people.
 *
 * <p>Durability: a change that succeeded is committed by a majority of the quorum as it was before and of the quorum as it is then.
 */
public interface QuorumMembership {
    /** The reason when this node does not lead, or does not yet: whoever leads is to be asked again. */
    String NOT_LEADING = "this node does not lead the quorum, or not yet";

    /** Brings {@code node}, which waits to be added, up to date and makes it a voter then. A node that stays silent fails it. */
    CompletableFuture<Optional<String>> addVoter(QuorumStatus.Node node);

    /** Takes a voter out, other than this node. */
    CompletableFuture<Optional<String>> removeVoter(int nodeId);

    /** Lets another voter lead, the one that is furthest when {@code nodeId} is empty; done when it does. */
    CompletableFuture<Optional<String>> transferLeadership(Optional<Integer> nodeId);

    /** How far a node is that is being added or follows, as this leader knows it. */
    OptionalLong matchIndex(int nodeId);

    /** How this node itself fares. */
    QuorumStanding standing();
}
