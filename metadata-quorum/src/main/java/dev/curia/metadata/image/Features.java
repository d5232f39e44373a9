package dev.curia.metadata.image;

import java.util.Map;
import java.util.Optional;

/**
 * What the cluster switches on as a whole, once every process can do it (KIP-584). A cluster finalizes one level of each feature: a new one
 * the newest, an upgraded one when its administrator says so. Pure.
 *
 * <p>What a finalized level means is told with {@link MetadataImage#featureLevel}. To offer a higher level, raise it in {@link #SUPPORTED}: it is
 * then registered by brokers, advertised to clients, and may be finalized.
 */
public final class Features {
    /**
     * Which metadata records there are, and what they mean. Levels are our own, not Kafka's. 2: {@link #ACCESS_RECORDS}.
     */
    public static final String METADATA_VERSION = "metadata.version";

    /**
     * The level of {@link #METADATA_VERSION} from which records of SCRAM credentials, ACLs and client quotas may be written: an older node halts on
     * them.
     */
    public static final int ACCESS_RECORDS = 2;

    /** 1: the consumer group protocol of KIP-848. */
    public static final String GROUP_VERSION = "group.version";

    /** 1: flexible fields in the transaction log. 2: KIP-890, an epoch for each transaction. */
    public static final String TRANSACTION_VERSION = "transaction.version";

    /** What this build can work with; of a maximum of 0 nothing is said to anyone. */
    public static final Map<String, LevelRange> SUPPORTED = Map.of(
            METADATA_VERSION, new LevelRange(1, ACCESS_RECORDS),
            GROUP_VERSION, new LevelRange(0, 1),
            TRANSACTION_VERSION, new LevelRange(0, 2));

    private Features() {}

    /**
     * Why a process with these ranges cannot be a broker of a cluster with these levels.
     *
     * @param ranges a feature that is not among them is not supported at all
     * @param finalized levels by name
     */
    public static Optional<String> complaint(Map<String, LevelRange> ranges, Map<String, Integer> finalized) {
        return finalized.entrySet().stream()
                .filter(feature ->
                        !ranges.getOrDefault(feature.getKey(), LevelRange.NONE).contains(feature.getValue()))
                .map(feature -> "feature " + feature.getKey() + " is at level " + feature.getValue()
                        + ", but this build supports levels "
                        + ranges.getOrDefault(feature.getKey(), LevelRange.NONE))
                .sorted()
                .findFirst();
    }
}
