package dev.curia.replica.node;

/** The replica cannot be used at present; why has been logged and is reported to the controller. */
public final class ReplicaOfflineException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ReplicaOfflineException(String message) {
        super(message);
    }
}
