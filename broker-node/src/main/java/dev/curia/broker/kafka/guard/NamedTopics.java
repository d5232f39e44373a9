package dev.curia.broker.kafka.guard;

import dev.curia.broker.kafka.api.ClusterView;
import dev.curia.broker.kafka.codec.Codes;
import dev.curia.metadata.image.Topic;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/** Topics of requests that name them, or in newer versions give their ids. Thread-safe. */
record NamedTopics(ClusterView cluster) {
    /** @param id zero when there is a name */
    Optional<String> name(@Nullable String name, Uuid id) {
        return id.equals(Uuid.ZERO_UUID)
                ? Optional.ofNullable(name)
                : cluster.newest().topic(Codes.uuid(id)).map(Topic::name);
    }

    /** By id, what is not known is nobody's, and the handler says so. */
    boolean allowed(@Nullable String name, Uuid id, Predicate<String> allowed) {
        return name(name, id).filter(allowed.negate()).isEmpty();
    }
}
