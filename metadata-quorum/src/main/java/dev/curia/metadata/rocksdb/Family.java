package dev.curia.metadata.rocksdb;

import java.nio.charset.StandardCharsets;

/**
 * The column families, one a kind of state. Each value is a metadata record that sets the whole of what its key names. Loading reads
 * the families in this order, so that a record finds what it refers to.
 */
enum Family {
    CLUSTER("cluster"),
    FEATURES("features"),
    COUNTERS("counters"),
    BROKERS("brokers"),
    TOPICS("topics"),
    PARTITIONS("partitions"),
    CONFIGS("configs"),
    CLIENT_QUOTAS("client-quotas");

    private final String familyName;

    Family(String familyName) {
        this.familyName = familyName;
    }

    byte[] nameBytes() {
        return familyName.getBytes(StandardCharsets.UTF_8);
    }
}
