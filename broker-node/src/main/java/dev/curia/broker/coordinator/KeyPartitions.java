package dev.curia.broker.coordinator;

/** In which partition of its topic a coordinator keeps what has a key. Kafka's formula, since tools compute it too. Stateless. */
public final class KeyPartitions {
    private KeyPartitions() {}

    public static int of(String key, int partitions) {
        // The hash without its sign bit would differ from Kafka's for negative ones: it takes the absolute value, 0 for
        // the least.
        int hash = key.hashCode();
        return (hash == Integer.MIN_VALUE ? 0 : Math.abs(hash)) % partitions;
    }
}
