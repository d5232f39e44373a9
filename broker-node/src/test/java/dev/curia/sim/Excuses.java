package dev.curia.sim;

import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.metadata.image.BrokerRegistration;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The limit of the promise where records are acknowledged before they are on disk: they are kept while the disk of one replica is that is in sync
 * or eligible. A broker that lost power vouches for nothing until it is neither and has registered anew; when nobody else is either, what the
 * partition loses is no violation. Topics that acknowledge only what is on disk have no excuse.
 */
final class Excuses {
    private final boolean fsynced;
    private final Map<Integer, Set<Uuid>> lives = new HashMap<>(); // by broker

    /** The brokers whose data is in doubt, each with its lives until it lost power. */
    private final Map<TopicPartition, Map<Integer, Set<Uuid>>> lost = new HashMap<>();

    private long endsUntil;
    private final Set<TopicPartition> excused = new TreeSet<>(SimCluster.BY_NAME);

    Excuses(boolean fsynced) {
        this.fsynced = fsynced;
    }

    void started(int broker, Uuid incarnation) {
        lives.computeIfAbsent(broker, b -> new HashSet<>()).add(incarnation);
    }

    /**
     * Connections were reset. A controller fences a broker that does not come back sooner than the broker's lease ends; as both see it at the same time,
     * this matters only when the broker is cut off at the same moment.
     */
    void connectionsReset(long now) {
        endsUntil = now + 5 * World.SECONDS;
    }

    /** The controller replaced a leader that lives and put it out of the ISR. It may be cut off at the same moment. */
    void leaderReplaced(long now) {
        endsUntil = Math.max(endsUntil, now + 3 * World.SECONDS);
    }

    /** Whether a leader may not know that it has been replaced. */
    boolean coversEnds(long now) {
        return now < endsUntil;
    }

    void lostPower(int broker, Collection<TopicPartition> partitions) {
        if (fsynced) return;
        Set<Uuid> until = new HashSet<>(lives.getOrDefault(broker, Set.of()));
        for (TopicPartition each : partitions)
            lost.computeIfAbsent(each, p -> new TreeMap<>()).put(broker, until);
    }

    /** With each new image, and when power was lost. */
    void look(TopicPartition partition, PartitionState state, MetadataImage image) {
        Map<Integer, Set<Uuid>> doubtful = lost.getOrDefault(partition, new TreeMap<>());
        doubtful.entrySet()
                .removeIf(each -> !state.isr().contains(each.getKey())
                        && !state.eligibleLeaders().contains(each.getKey())
                        && image.broker(each.getKey())
                                .map(BrokerRegistration::incarnationId)
                                .filter(registered -> !each.getValue().contains(registered))
                                .isPresent());
        if (isAllDoubtful(state, doubtful.keySet())) excused.add(partition);
    }

    private static boolean isAllDoubtful(PartitionState state, Set<Integer> doubtful) {
        return doubtful.containsAll(state.isr()) && doubtful.containsAll(state.eligibleLeaders());
    }

    /** Whether somebody keeps the data when this broker loses power. */
    boolean mayLosePower(int broker, TopicPartition partition, PartitionState state) {
        Set<Integer> doubtful =
                new HashSet<>(lost.getOrDefault(partition, Map.of()).keySet());
        doubtful.add(broker);
        return !isAllDoubtful(state, doubtful);
    }

    boolean covers(TopicPartition partition) {
        return excused.contains(partition);
    }

    int count() {
        return excused.size();
    }
}
