package dev.curia.broker.group.state;

import dev.curia.common.id.TopicPartition;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** An administrator sets the offsets of a group that nobody is in, and takes that back. */
public final class OffsetReset {
    /** Of one reset: it is one batch of the log, with what is kept of it. */
    public static final int MAX_PARTITIONS = 2_000;

    private OffsetReset() {}

    /** @param leaderEpoch of the record before the offset; -1: unknown */
    public record To(TopicPartition partition, long offset, int leaderEpoch) {}

    /**
     * @param how what was asked for, for people
     * @param validateOnly says what would change, and changes nothing
     */
    public record Request(String groupId, List<To> to, String how, boolean validateOnly) {
        public Request {
            to = List.copyOf(to);
        }
    }

    /**
     * Takes the newest reset back that has not been taken back yet.
     *
     * @param number which that should be; -1: whichever it is
     */
    public record UndoRequest(String groupId, long number, boolean validateOnly) {}

    /** One that can be taken back. */
    public record Kept(long number, long atMs, String how, int partitions) {}

    /** @param from, to -1: none */
    public record Change(TopicPartition partition, long from, long to) {}

    /**
     * @param message why not; null: the error says it
     * @param number of the reset, from 0 on; -1: nothing had to change
     * @param atMs of an undo: when that reset was made
     * @param how of the reset
     */
    public record Reply(
            Errors error, @Nullable String message, long number, long atMs, String how, List<Change> changes) {
        public Reply {
            changes = List.copyOf(changes);
        }

        public static Reply failed(Errors error, @Nullable String message) {
            return new Reply(error, message, -1, -1, "", List.of());
        }
    }
}
