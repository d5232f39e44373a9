package dev.curia.admin.client;

import org.jspecify.annotations.Nullable;

/** A request that did not do what was asked. The message is for people: what, why, and what to do. */
public final class ClusterException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What went wrong, as far as a script must know; see the exit codes. */
    public enum Kind {
        /** The cluster answered no. */
        REFUSED,
        /** Nobody who could answer was reached; nothing was changed. */
        UNREACHABLE,
        /** The answer was lost or late: it may have been done or not. */
        OUTCOME_UNKNOWN
    }

    private final Kind kind;

    public ClusterException(Kind kind, String message) {
        this(kind, message, null);
    }

    public ClusterException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
