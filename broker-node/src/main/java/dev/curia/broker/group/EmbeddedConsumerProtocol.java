package dev.curia.broker.group;

import dev.curia.broker.group.state.Bytes;
import dev.curia.broker.group.state.EmbeddedProtocol;
import dev.curia.common.id.TopicPartition;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.message.ConsumerProtocolAssignment;
import org.apache.kafka.common.message.ConsumerProtocolSubscription;
import org.apache.kafka.common.protocol.types.SchemaException;

/** Kafka's {@code consumer} protocol type. Stateless, thread-safe. */
final class EmbeddedConsumerProtocol implements EmbeddedProtocol {
    @Override
    public Subscription subscription(Bytes metadata) {
        ConsumerProtocolSubscription its = read(metadata, ConsumerProtocol::deserializeConsumerProtocolSubscription);
        List<TopicPartition> owned = new ArrayList<>();
        its.ownedPartitions()
                .forEach(topic -> topic.partitions().forEach(p -> owned.add(new TopicPartition(topic.topic(), p))));
        return new Subscription(new LinkedHashSet<>(its.topics()), owned, its.generationId(), its.rackId());
    }

    @Override
    public List<TopicPartition> assigned(Bytes assignment) {
        List<TopicPartition> partitions = new ArrayList<>();
        if (assignment.size() == 0) return partitions;
        read(assignment, ConsumerProtocol::deserializeConsumerProtocolAssignment)
                .assignedPartitions()
                .forEach(topic ->
                        topic.partitions().forEach(p -> partitions.add(new TopicPartition(topic.topic(), p))));
        return partitions;
    }

    @Override
    public Bytes assignment(List<TopicPartition> partitions, Bytes metadata) {
        short version = read(metadata, ConsumerProtocol::deserializeVersion);
        ConsumerProtocolAssignment assignment = new ConsumerProtocolAssignment();
        for (TopicPartition partition : partitions) {
            ConsumerProtocolAssignment.TopicPartition topic =
                    assignment.assignedPartitions().find(partition.topic());
            if (topic == null) {
                topic = new ConsumerProtocolAssignment.TopicPartition().setTopic(partition.topic());
                assignment.assignedPartitions().add(topic);
            }
            topic.partitions().add(partition.partition());
        }
        short newest = ConsumerProtocolAssignment.HIGHEST_SUPPORTED_VERSION;
        ByteBuffer bytes = ConsumerProtocol.serializeAssignment(assignment, version < newest ? version : newest);
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return Bytes.of(copy);
    }

    private static <T> T read(Bytes bytes, Function<ByteBuffer, T> reader) {
        try {
            return reader.apply(ByteBuffer.wrap(bytes.toArray()));
        } catch (SchemaException | SerializationException | java.nio.BufferUnderflowException e) {
            throw new IllegalArgumentException("not of the consumer protocol: " + e.getMessage(), e);
        }
    }
}
