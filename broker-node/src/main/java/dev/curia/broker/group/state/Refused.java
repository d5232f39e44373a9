package dev.curia.broker.group.state;

import org.apache.kafka.common.protocol.Errors;

/** A request can't be served as it is; thrown and caught within one turn. */
final class Refused extends RuntimeException {
    private final Errors error;

    Refused(Errors error, String message) {
        super(message, null, false, false);
        this.error = error;
    }

    Errors error() {
        return error;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
