package dev.curia.broker.coordinator;

import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.Errors;

/** Creates the topics that coordinators keep their state in. Thread-safe; implemented by whoever talks to the controller. */
public interface InternalTopics {
    /**
     * Makes sure that an internal topic exists, creating it when it doesn't. Calls while a creation is under way share it.
     *
     * @param configs overrides, as in Kafka's topic configuration
     * @return NONE when it exists now or already did; else why not. Never fails.
     */
    CompletionStage<Errors> ensure(String name, int partitions, short replicationFactor, Map<String, String> configs);
}
