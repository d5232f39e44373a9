package dev.curia.metadata.image;

import dev.curia.common.id.Uuid;
import java.util.Optional;
import org.pcollections.PVector;

/** A topic and its partitions, partition n at place n. Immutable, structurally shared. */
public record Topic(Uuid id, String name, boolean internal, PVector<PartitionState> partitions) {

    public Optional<PartitionState> partition(int index) {
        return index >= 0 && index < partitions.size() ? Optional.of(partitions.get(index)) : Optional.empty();
    }

    Topic with(int index, PartitionState state) {
        if (index > partitions.size()) {
            throw new IllegalStateException(
                    "partition " + index + " of topic " + name + " follows only " + partitions.size());
        }
        return new Topic(
                id,
                name,
                internal,
                index == partitions.size() ? partitions.plus(state) : partitions.with(index, state));
    }
}
