package dev.curia.broker.security;

import dev.curia.broker.security.SaslDialogue.Reason;
import dev.curia.common.security.Principal;
import dev.curia.common.time.Clock;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How clients log in on one listener. Thread-safe. Each login's end is counted, and its failure logged with address and mechanism. */
public final class SaslLogins implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SaslLogins.class);

    private final String listener;
    private final SaslMechanisms mechanisms;
    private final Clock clock;
    private final LoginMetrics metrics;
    private final int maxReceiveBytes;
    private final Duration failureDelay;

    /**
     * @param settings what holds for the listener
     * @throws dev.curia.common.config.ConfigException when a mechanism lacks what it needs
     */
    public SaslLogins(
            String listener, Map<String, String> settings, ScramLookup scram, Clock clock, LoginMetrics metrics) {
        this.listener = listener;
        this.mechanisms = SaslMechanisms.of(listener, settings, scram);
        this.clock = clock;
        this.metrics = metrics;
        this.maxReceiveBytes = SaslKeys.MAX_RECEIVE_BYTES.in(settings);
        this.failureDelay = Duration.ofMillis(SaslKeys.FAILURE_DELAY_MS.in(settings));
    }

    /** Of a connection that has just come. */
    public SaslDialogue begin(InetSocketAddress client) {
        return new SaslDialogue(mechanisms, clock, failureDelay, new SaslDialogue.Watch() {
            @Override
            public void loggedIn(String mechanism, Principal principal, boolean again) {
                metrics.succeeded(listener, mechanism, again);
                LOG.debug("{} {}: {} logged in by {}", listener, client, principal, mechanism);
            }

            @Override
            public void refused(String mechanism, Reason reason, String message) {
                metrics.failed(listener, mechanism);
                LOG.warn(
                        "{} {}: login failed{}: {}",
                        listener,
                        client,
                        mechanism.isEmpty() ? "" : " by " + mechanism,
                        reason.words());
            }
        });
    }

    /** Of a request before the login. */
    public int maxReceiveBytes() {
        return maxReceiveBytes;
    }

    @Override
    public void close() {
        mechanisms.close();
    }
}
