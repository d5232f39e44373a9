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
    CLIENT_QUOTAS("client-quotas", true),
    SCRAM("scram", true),
    ACLS("acls", true);

    private final String familyName;
    private final boolean whenNeeded;

    Family(String familyName) {
        this(familyName, false);
    }

    Family(String familyName, boolean whenNeeded) {
        this.familyName = familyName;
        this.whenNeeded = whenNeeded;
    }

    /** Made with its first record: until then an older build, which opens only families that it knows, can open the store. */
    boolean whenNeeded() {
        return whenNeeded;
    }

    byte[] nameBytes() {
        return familyName.getBytes(StandardCharsets.UTF_8);
    }
}
