package dev.curia.replica.node;

import dev.curia.common.config.TopicConfigs;
import dev.curia.common.time.Clock;
import dev.curia.replica.ReplicaAssignment;
import dev.curia.replica.port.SendBudget;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What this broker, as a leader, may send to replicas that catch up: by the move that brings them, and by Kafka's throttles (KIP-73). In-sync
 * replicas are never throttled. Thread-safe.
 */
final class Throttles {
    private static final int MAX_RATES = 128;

    /** Kafka's rates in bytes a second, of this broker as a leader and of followers by id; without an entry unbounded. */
    record Rates(long asLeader, Map<Integer, Long> ofFollowers) {
        static final Rates NONE = new Rates(RateBudget.UNBOUNDED, Map.of());

        Rates {
            ofFollowers = Map.copyOf(ofFollowers);
        }
    }

    private final Clock clock;
    private final SendBudget asLeader;
    private final Map<Integer, SendBudget> ofFollowers = new ConcurrentHashMap<>();
    private final Map<Long, SendBudget> ofMoves = new ConcurrentHashMap<>(); // by rate
    private volatile Rates rates = Rates.NONE;

    Throttles(Clock clock) {
        this.clock = clock;
        this.asLeader = new RateBudget(clock, () -> rates.asLeader());
    }

    void rates(Rates now) {
        rates = now;
    }

    /** For a follower, not in sync, of a partition that is led here. */
    SendBudget of(ReplicaAssignment assignment, int leader, int follower) {
        long rate = assignment.move().bytesPerSecond();
        SendBudget budget =
                rate > 0 && assignment.move().adding().contains(follower) ? move(rate) : SendBudget.UNLIMITED;
        int partition = assignment.id().partition();
        List<String> leaders = TopicConfigs.LEADER_THROTTLED_REPLICAS.in(assignment.config());
        List<String> followers = TopicConfigs.FOLLOWER_THROTTLED_REPLICAS.in(assignment.config());
        if (names(leaders, partition, leader)) budget = SendBudget.both(budget, asLeader);
        if (names(followers, partition, follower)) budget = SendBudget.both(budget, follower(follower));
        return budget;
    }

    /** Moves of one rate share it. */
    private SendBudget move(long rate) {
        if (ofMoves.size() >= MAX_RATES) ofMoves.clear(); // those under way keep what they have
        return ofMoves.computeIfAbsent(rate, r -> new RateBudget(clock, () -> r));
    }

    private SendBudget follower(int id) {
        return ofFollowers.computeIfAbsent(
                id, f -> new RateBudget(clock, () -> rates.ofFollowers().getOrDefault(f, RateBudget.UNBOUNDED)));
    }

    private static boolean names(List<String> replicas, int partition, int broker) {
        return replicas.contains("*") || replicas.contains(partition + ":" + broker);
    }
}
