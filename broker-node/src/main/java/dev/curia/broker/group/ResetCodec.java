package dev.curia.broker.group;

import dev.curia.broker.group.state.CommittedOffset;
import dev.curia.broker.group.state.GroupRecord;
import dev.curia.broker.group.state.KeptReset;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of resets, in a record type of our own: tools pass over types of {@code __consumer_offsets} that they do not know
 * (KIP-915), and so do builds of ours that are older.
 *
 * <pre>
 * key    int16 type 31001, string group, int64 number
 * value  int16 version 0, int64 atMs, string how, int32 count of
 *          string topic, int32 partition, int64 to, int8 1 when there was an offset before: then
 *            int64 offset, int32 leaderEpoch, string metadata, int64 commitTimestamp, uuid topicId
 * </pre>
 */
final class ResetCodec {
    static final int TYPE = 31_001;

    private ResetCodec() {}

    static byte[] key(String groupId, long number) {
        return new RecordWriter().int16(TYPE).string(groupId).int64(number).toBytes();
    }

    static byte[] value(KeptReset reset) {
        RecordWriter out = new RecordWriter()
                .int16(0)
                .int64(reset.atMs())
                .string(reset.how())
                .int32(reset.partitions().size());
        for (KeptReset.Partition partition : reset.partitions()) {
            CommittedOffset before = partition.before();
            out.string(partition.partition().topic())
                    .int32(partition.partition().partition())
                    .int64(partition.to())
                    .int8(before == null ? 0 : 1);
            if (before == null) continue;
            out.int64(before.offset())
                    .int32(before.leaderEpoch())
                    .string(before.metadata())
                    .int64(before.commitTimestampMs())
                    .uuid(before.topicId());
        }
        return out.toBytes();
    }

    /** @param key behind the type */
    static Optional<GroupRecord> decode(RecordReader key, @Nullable RecordReader value) {
        String groupId = key.string();
        long number = key.int64();
        if (value == null) return Optional.of(new GroupRecord.ResetForgotten(groupId, number));
        return read(value).map(reset -> new GroupRecord.ResetKept(groupId, number, reset));
    }

    private static Optional<KeptReset> read(RecordReader in) {
        if (in.int16() != 0) return Optional.empty();
        long atMs = in.int64();
        String how = in.string();
        int count = in.count(in.int32());
        List<KeptReset.Partition> partitions = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            TopicPartition partition = new TopicPartition(in.string(), in.int32());
            long to = in.int64();
            partitions.add(new KeptReset.Partition(partition, in.int8() == 0 ? null : before(in), to));
        }
        return Optional.of(new KeptReset(atMs, how, partitions));
    }

    private static CommittedOffset before(RecordReader in) {
        long offset = in.int64();
        int leaderEpoch = in.int32();
        String metadata = in.string();
        long committedMs = in.int64();
        Uuid topicId = in.uuid();
        return new CommittedOffset(offset, leaderEpoch, metadata, committedMs, -1, topicId);
    }
}
