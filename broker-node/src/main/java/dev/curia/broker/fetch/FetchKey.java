package dev.curia.broker.fetch;

import dev.curia.common.id.Uuid;

/**
 * A partition as a fetch names it. Immutable.
 *
 * @param topicId {@link Uuid#ZERO} when the reader uses names (Fetch up to version 12)
 * @param topic empty when the reader uses ids
 */
public record FetchKey(Uuid topicId, String topic, int partition) {}
