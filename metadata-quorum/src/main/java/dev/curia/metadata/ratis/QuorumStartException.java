package dev.curia.metadata.ratis;

/** A quorum node cannot start or be formatted as it is. The message names what is in the way and what to do. */
public final class QuorumStartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    QuorumStartException(String message) {
        super(message);
    }

    QuorumStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
