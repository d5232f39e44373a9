package dev.curia.sim;

import dev.curia.common.id.TopicPartition;
import dev.curia.metadata.image.PartitionState;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The limit of the promise where records are acknowledged before they are on disk: they are kept while the disk of one in-sync replica is. A
 * broker that lost power vouches for nothing until it has left the ISR and come back; when nobody else is in the ISR, what the partition
 * loses is no violation. Topics that acknowledge only what is on disk have no excuse.
 */
final class Excuses {
    private final boolean fsynced;
    private final Map<TopicPartition, Set<Integer>> lost = new HashMap<>();
    private final Set<TopicPartition> excused = new TreeSet<>(SimCluster.BY_NAME);

    Excuses(boolean fsynced) {
        this.fsynced = fsynced;
    }

    void lostPower(int broker, Collection<TopicPartition> partitions) {
        if (fsynced) return;
        for (TopicPartition each : partitions)
            lost.computeIfAbsent(each, p -> new TreeSet<>()).add(broker);
    }

    void isrChanged(TopicPartition partition, PartitionState state) {
        Set<Integer> doubtful = lost.getOrDefault(partition, new TreeSet<>());
        doubtful.retainAll(state.isr());
        if (doubtful.containsAll(state.isr())) excused.add(partition);
    }

    boolean covers(TopicPartition partition) {
        return excused.contains(partition);
    }

    int count() {
        return excused.size();
    }
}
