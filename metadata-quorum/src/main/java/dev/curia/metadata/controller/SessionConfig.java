package dev.curia.metadata.controller;

import java.time.Duration;

/**
 * How soon a broker counts as dead.
 *
 * @param heartbeatInterval how often brokers are told to send
 * @param sessionTimeout a broker silent for this long is fenced
 * @param reconnectWindow a broker whose stream broke is fenced when it is not back within this
 */
public record SessionConfig(Duration heartbeatInterval, Duration sessionTimeout, Duration reconnectWindow) {
    public static final SessionConfig DEFAULT =
            new SessionConfig(Duration.ofMillis(500), Duration.ofSeconds(3), Duration.ofMillis(500));

    public SessionConfig {
        if (heartbeatInterval.isNegative() || heartbeatInterval.isZero()) {
            throw new IllegalArgumentException("heartbeat interval " + heartbeatInterval + " must be positive");
        }
        if (sessionTimeout.compareTo(heartbeatInterval) <= 0) {
            throw new IllegalArgumentException("session timeout " + sessionTimeout
                    + " must be longer than the heartbeat interval " + heartbeatInterval);
        }
        if (reconnectWindow.isNegative() || reconnectWindow.compareTo(sessionTimeout) > 0) {
            throw new IllegalArgumentException("reconnect window " + reconnectWindow
                    + " must be within 0 and the session timeout " + sessionTimeout);
        }
    }
}
