package dev.curia.metadata.controller;

import dev.curia.metadata.controller.BrokerSessions.Decider;
import dev.curia.metadata.decide.PreferredElections;
import dev.curia.metadata.decide.ReplicaHealth;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives leaderships back to preferred leaders from time to time, so that a broker that was away gets its share of the work again.
 * Loop-confined.
 */
public final class LeaderBalance {
    /** So many at a time: clients that follow a leadership should not all do so in one moment. */
    static final int AT_ONCE = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(LeaderBalance.class);

    /** @param interval from one look at all partitions to the next, positive */
    public record Config(boolean enabled, Duration interval) {
        public static final Config DEFAULT = new Config(true, Duration.ofMinutes(5));

        public Config {
            if (interval.isNegative() || interval.isZero()) {
                throw new IllegalArgumentException("interval " + interval + " must be positive");
            }
        }
    }

    private final Config config;
    private final Decider decider;
    private final ReplicaHealth health;
    private long nextNanos;
    private boolean deciding;

    LeaderBalance(Config config, Decider decider, ReplicaHealth health) {
        this.config = config;
        this.decider = decider;
        this.health = health;
    }

    /** This node is the active controller from now on. */
    void start(long now) {
        nextNanos = now + config.interval().toNanos();
    }

    void tick(long now) {
        if (!config.enabled() || deciding || now - nextNanos < 0) return;
        deciding = true;
        nextNanos = now + config.interval().toNanos();
        decider.<Integer>decide(image -> PreferredElections.balance(image, health, AT_ONCE), answer -> {
            deciding = false;
            if (!(answer instanceof Answer.Done<Integer> done) || done.reply() == 0) return;
            LOG.info("{} partitions were given back to their preferred leaders", done.reply());
            if (done.reply() == AT_ONCE) nextNanos = now; // there may be more
        });
    }
}
