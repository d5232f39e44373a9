package dev.curia.metadata.decide;

import dev.curia.proto.metadata.v1.MetadataRecord;
import java.util.List;
import java.util.function.LongFunction;

/**
 * What to write and what to answer. Immutable.
 *
 * <p>When there are more records than fit one batch, later ones may be lost with the controller, but never earlier ones: a decision
 * orders its records so that every prefix leaves a legal image.
 *
 * @param records in order; empty: nothing changes
 * @param reply the answer, from the metadata index that holds the records; given only once they are committed
 */
public record Decision<R>(List<MetadataRecord> records, LongFunction<R> reply) {
    public Decision {
        records = List.copyOf(records);
    }

    /** Changes nothing. */
    public static <R> Decision<R> answer(R reply) {
        return new Decision<>(List.of(), index -> reply);
    }

    public static <R> Decision<R> of(List<MetadataRecord> records, R reply) {
        return new Decision<>(records, index -> reply);
    }
}
