package dev.curia.log.batch;

import dev.curia.proto.common.v1.ErrorCode;
import org.jspecify.annotations.Nullable;

/** What a topic asks of each record. Pure. */
final class RecordRules {
    private RecordRules() {}

    /** Judges the record that the reader is at, by its key's presence and its time. */
    static void check(RecordReader record, BatchPolicy policy, long nowMillis) throws InvalidBatchException {
        if (policy.keysRequired()) {
            if (!record.hasKey())
                throw refused(record, ErrorCode.INVALID_RECORD, "has no key: the topic is compacted by key");
            if (record.keyBytes() > RecordReader.MAX_HELD_BYTES) {
                throw refused(
                        record,
                        ErrorCode.INVALID_RECORD,
                        "has a key of " + record.keyBytes() + " bytes, compaction can compare keys of up to "
                                + RecordReader.MAX_HELD_BYTES);
            }
        }
        String problem = policy.logAppendTime() ? null : timeProblem(record.timestamp(), policy, nowMillis);
        if (problem != null) throw refused(record, ErrorCode.INVALID_TIMESTAMP, "has the timestamp " + problem);
    }

    /** Why a producer's time is not taken; null: it is. */
    static @Nullable String timeProblem(long time, BatchPolicy policy, long nowMillis) {
        if (time == BatchView.NONE) return null;
        if (time < 0) return time + ", expected one of at least 0, or -1 for none";
        if (nowMillis - time > policy.timestampBeforeMaxMs()) {
            return time + ", more than message.timestamp.before.max.ms=" + policy.timestampBeforeMaxMs()
                    + " behind the broker's clock, " + nowMillis;
        }
        if (time - nowMillis > policy.timestampAfterMaxMs()) {
            return time + ", more than message.timestamp.after.max.ms=" + policy.timestampAfterMaxMs()
                    + " ahead of the broker's clock, " + nowMillis;
        }
        return null;
    }

    private static InvalidBatchException refused(RecordReader record, ErrorCode error, String what) {
        return new InvalidBatchException(error, "Record " + record.index() + " of the batch " + what);
    }
}
