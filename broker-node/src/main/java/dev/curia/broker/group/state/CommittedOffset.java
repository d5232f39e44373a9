package dev.curia.broker.group.state;

import dev.curia.common.id.Uuid;

/**
 * Where a group has got to in one partition. Immutable.
 *
 * @param offset of the next record to read
 * @param leaderEpoch of the last record read; -1 unknown
 * @param commitTimestampMs wall clock
 * @param expireTimestampMs wall clock, asked for by clients of old; -1: none
 * @param topicId {@link Uuid#ZERO} when the client named no id
 */
public record CommittedOffset(
        long offset, int leaderEpoch, String metadata, long commitTimestampMs, long expireTimestampMs, Uuid topicId) {}
