package dev.curia.broker.txn;

import dev.curia.common.id.TopicPartition;
import java.util.OptionalInt;

/** Who leads a partition, as far as this broker's metadata knows. Thread-safe. */
public interface MarkerLeaders {
    /** This broker's id. */
    int self();

    /** The leader's broker id, -1 when there is none now; empty when no such partition exists. */
    OptionalInt leaderOf(TopicPartition partition);
}
