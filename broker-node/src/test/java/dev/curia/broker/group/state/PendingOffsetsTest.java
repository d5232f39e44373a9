package dev.curia.broker.group.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.group.state.GroupRecord.OffsetWritten;
import dev.curia.broker.group.state.TxnOffsetRecord.PendingWritten;
import dev.curia.broker.group.state.TxnOffsetRecord.TransactionEnded;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.testkit.Check;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PendingOffsetsTest {
    private static final class Write {
        final TopicPartition partition;
        final long offset;
        final long producer;
        boolean committed;
        boolean ended;

        Write(TopicPartition partition, long offset, long producer) {
            this.partition = partition;
            this.offset = offset;
            this.producer = producer;
            this.committed = producer < 0;
            this.ended = producer < 0;
        }
    }

    /** Against all writes in the order of the log: of those that are committed the last counts. */
    @Test
    void theLastCommittedWriteOfTheLogCounts() {
        Check.forAll(500, random -> random, PendingOffsetsTest::compare);
    }

    private static void compare(SplittableRandom random) {
        PendingOffsets pending = new PendingOffsets();
        Map<TopicPartition, Long> committed = new HashMap<>();
        List<Write> log = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            TopicPartition partition = new TopicPartition("t", random.nextInt(3));
            long producer = random.nextInt(3);
            switch (random.nextInt(5)) {
                case 0 -> {
                    log.add(new Write(partition, i, -1));
                    committed.put(partition, (long) i);
                    pending.superseded("g", partition);
                }
                case 1 -> {
                    boolean commit = random.nextBoolean();
                    for (Write write : log) {
                        if (write.producer == producer && !write.ended) write.committed = commit;
                        if (write.producer == producer) write.ended = true;
                    }
                    for (OffsetWritten written :
                            pending.end(new TransactionEnded(producer, (short) 0, 1, commit, false))) {
                        committed.put(written.partition(), written.offset().offset());
                    }
                }
                default -> {
                    log.add(new Write(partition, i, producer));
                    pending.write(new PendingWritten("g", partition, offset(i), producer, (short) 0));
                }
            }
            for (int p = 0; p < 3; p++) check(new TopicPartition("t", p), log, committed, pending);
        }
    }

    private static void check(
            TopicPartition partition, List<Write> log, Map<TopicPartition, Long> committed, PendingOffsets pending) {
        Long expected = null;
        boolean unstable = false;
        for (Write write : log) {
            if (!write.partition.equals(partition)) continue;
            if (write.committed) {
                expected = write.offset;
                unstable = false;
            }
            if (!write.ended) unstable = true;
        }
        assertThat(committed.get(partition)).isEqualTo(expected);
        assertThat(pending.isPending("g", partition)).isEqualTo(unstable);
        assertThat(pending.partitions("g").contains(partition)).isEqualTo(unstable);
    }

    private static CommittedOffset offset(long offset) {
        return new CommittedOffset(offset, -1, "", 0, -1, Uuid.ZERO);
    }
}
