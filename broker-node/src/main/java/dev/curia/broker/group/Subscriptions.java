package dev.curia.broker.group;

import dev.curia.broker.group.state.Bytes;
import java.nio.ByteBuffer;
import java.util.Set;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.protocol.types.SchemaException;

/** Reads the metadata that consumers send with the {@code consumer} protocol type. */
final class Subscriptions {
    private Subscriptions() {}

    /** Topics a consumer subscribes to; none when the bytes are something else, which the group may well use among its own. */
    static Set<String> topics(Bytes metadata) {
        try {
            ByteBuffer buffer = ByteBuffer.wrap(metadata.toArray());
            return Set.copyOf(ConsumerProtocol.deserializeSubscription(buffer).topics());
        } catch (SchemaException | SerializationException e) {
            return Set.of();
        }
    }
}
