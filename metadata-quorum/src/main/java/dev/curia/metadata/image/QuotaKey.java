package dev.curia.metadata.image;

import java.util.Optional;
import java.util.stream.Stream;

/** What a client quota limits, under Kafka's names. Source: KIP-13, KIP-124, KIP-599, KIP-612. */
public enum QuotaKey {
    /** Bytes of Produce requests a second. */
    PRODUCER_BYTE_RATE("producer_byte_rate", true),
    /** Bytes of Fetch answers a second. */
    CONSUMER_BYTE_RATE("consumer_byte_rate", true),
    /** Share of one thread that requests take up, in percent. */
    REQUEST_PERCENTAGE("request_percentage", false),
    /** Partitions created and deleted a second. */
    CONTROLLER_MUTATION_RATE("controller_mutation_rate", false),
    /** New connections a second, of an address. */
    CONNECTION_CREATION_RATE("connection_creation_rate", true);

    private final String key;
    private final boolean whole;

    QuotaKey(String key, boolean whole) {
        this.key = key;
        this.whole = whole;
    }

    public static Optional<QuotaKey> named(String key) {
        return Stream.of(values()).filter(each -> each.key.equals(key)).findFirst();
    }

    /** As administrators write it. */
    public String key() {
        return key;
    }

    /** Whether only whole numbers make sense. */
    public boolean whole() {
        return whole;
    }

    /** Whether such an entity can have this limit. */
    public boolean fits(QuotaEntity entity) {
        return entity.ip().isPresent() == (this == CONNECTION_CREATION_RATE);
    }
}
