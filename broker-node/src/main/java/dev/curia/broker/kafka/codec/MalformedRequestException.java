package dev.curia.broker.kafka.codec;

/** Bytes that are no Kafka request. The connection they came on can't be trusted any more and must be closed. */
public final class MalformedRequestException extends Exception {
    private static final long serialVersionUID = 1;

    public MalformedRequestException(String message) {
        super(message);
    }

    MalformedRequestException(String message, Throwable cause) {
        super(message + ": " + cause.getMessage(), cause);
    }
}
