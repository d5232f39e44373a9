package dev.curia.metadata.client;

/** A request that the metadata quorum did not answer. Errors that it did answer with are in the answer. */
public final class QuorumException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What the caller may conclude. */
    public enum Kind {
        /** No node was, or knew, the active controller in time. Nothing happened, unless a connection broke on the way. */
        UNAVAILABLE,
        /** It may or may not have taken effect. */
        UNKNOWN_OUTCOME,
        /** The request is malformed or the servers don't know it: repeating it is of no use. */
        REJECTED
    }

    private final Kind kind;

    QuorumException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
