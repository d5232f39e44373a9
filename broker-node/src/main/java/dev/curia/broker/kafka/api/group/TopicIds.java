package dev.curia.broker.kafka.api.group;

import dev.curia.common.id.Uuid;

/** Topic ids in Kafka's type and ours. */
final class TopicIds {
    private TopicIds() {}

    static org.apache.kafka.common.Uuid toKafka(Uuid id) {
        return new org.apache.kafka.common.Uuid(id.mostSignificantBits(), id.leastSignificantBits());
    }

    static Uuid fromKafka(org.apache.kafka.common.Uuid id) {
        return new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }
}
