package dev.curia.metadata.controller;

import dev.curia.metadata.controller.BrokerSessions.Decider;
import dev.curia.metadata.decide.ReplicaHealth;
import dev.curia.metadata.decide.TopicDefaults;
import dev.curia.metadata.decide.Upkeep;
import dev.curia.metadata.image.BrokerRegistration;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.Standing;
import dev.curia.metadata.port.MetadataLog;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries on maintenance, drains and the replacement of brokers that are away, one step after the other. Loop-confined. What is wanted and
 * how far it is stands in the metadata. Only how long brokers are away does not: it counts from when this controller first saw them away,
 * so that a new controller may replace later than the setting says, but never sooner, whatever the clocks say.
 */
public final class BrokerUpkeep {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerUpkeep.class);
    private static final long PAUSE_NANOS = 200_000_000; // a step looks at all partitions
    private static final long STOPPED_NANOS = 5_000_000_000L; // who is away for less may be starting again
    private static final long LONG_PAUSE_NANOS = 5_000_000_000L; // while the metadata stays as it is

    /**
     * How brokers are taken care of.
     *
     * @param replaceAbsentAfter how long a broker is away before its replicas are made anew on others; empty: never
     * @param movesPerBroker at once, at least 1
     */
    public record Config(Optional<Duration> replaceAbsentAfter, int movesPerBroker) {
        public static final Config DEFAULT = new Config(Optional.empty(), 10);

        public Config {
            if (movesPerBroker < 1) throw new IllegalArgumentException("movesPerBroker " + movesPerBroker + " < 1");
        }
    }

    private final Config config;
    private final Upkeep upkeep;
    private final MetadataLog log;
    private final Decider decider;
    private final ReplicaHealth health;
    private final IntPredicate connected;
    private final Map<Integer, Long> awaySince = new HashMap<>();
    private long steppedNanos;
    private long steppedIndex = -1;
    private boolean deciding;

    /** @param connected whether a broker has a session with this controller */
    BrokerUpkeep(
            Config config,
            TopicDefaults defaults,
            MetadataLog log,
            Decider decider,
            ReplicaHealth health,
            IntPredicate connected) {
        this.config = config;
        this.upkeep = new Upkeep(defaults, config.movesPerBroker());
        this.log = log;
        this.decider = decider;
        this.health = health;
        this.connected = connected;
    }

    Upkeep decisions() {
        return upkeep;
    }

    /** This node is the active controller from now on: whoever is away is so from now on. */
    void start(long now) {
        awaySince.clear();
        deciding = false;
        steppedIndex = -1;
        steppedNanos = now;
    }

    void tick(long now) {
        MetadataImage image = log.image();
        watch(image, now);
        long pause = image.index() == steppedIndex ? LONG_PAUSE_NANOS : PAUSE_NANOS;
        if (deciding || now - steppedNanos < pause) return;
        steppedNanos = now;
        steppedIndex = image.index();
        Set<Integer> absent = absent(image, now);
        Set<Integer> stopped = awaySince.entrySet().stream()
                .filter(away -> now - away.getValue() >= STOPPED_NANOS && !connected.test(away.getKey()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        boolean anything = !absent.isEmpty()
                || image.brokers().stream().anyMatch(broker -> broker.standing() != Standing.IN_SERVICE);
        if (!anything) return;
        deciding = true;
        decider.<Upkeep.Done>decide(next -> upkeep.next(next, absent, stopped, health), answer -> {
            deciding = false;
            if (answer instanceof Answer.Done<Upkeep.Done> done) report(done.reply());
        });
    }

    private void watch(MetadataImage image, long now) {
        for (BrokerRegistration broker : image.brokers()) {
            if (broker.fenced()) awaySince.putIfAbsent(broker.id(), now);
            else awaySince.remove(broker.id());
        }
        awaySince.keySet().removeIf(id -> image.broker(id).isEmpty());
    }

    /**
     * Who is away for so long that it is replaced. Nobody while most are away: then it is rather the network, and those that are left could
     * not bear it. Nobody in maintenance either: an administrator knows.
     */
    private Set<Integer> absent(MetadataImage image, long now) {
        if (config.replaceAbsentAfter().isEmpty()
                || awaySince.size() * 2 > image.brokers().size()) return Set.of();
        long after = config.replaceAbsentAfter().get().toNanos();
        Set<Integer> absent = new HashSet<>();
        for (BrokerRegistration broker : image.brokers()) {
            Long since = awaySince.get(broker.id());
            boolean tooLong = since != null && now - since >= after;
            if (tooLong && broker.standing() != Standing.MAINTENANCE) absent.add(broker.id());
        }
        return absent;
    }

    private static void report(Upkeep.Done done) {
        if (done.leadersMoved() > 0) LOG.info("{} leaderships leave brokers in maintenance", done.leadersMoved());
        if (done.movesBegun() > 0) LOG.info("{} partitions begin to move off brokers that leave", done.movesBegun());
        done.unregistered().forEach(id -> LOG.info("broker {} is decommissioned: it is forgotten", id));
    }
}
