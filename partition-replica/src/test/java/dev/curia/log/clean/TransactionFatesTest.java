package dev.curia.log.clean;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.log.batch.BatchView;
import dev.curia.log.producer.AbortedTxn;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

class TransactionFatesTest {
    static BatchView data(long offset, long producerId) {
        MemoryRecords records = MemoryRecords.withTransactionalRecords(
                offset, Compression.NONE, producerId, (short) 0, 0, 0, new SimpleRecord(new byte[1], new byte[1]));
        return new BatchView().at(records.buffer(), 0);
    }

    static BatchView marker(long offset, long producerId, ControlRecordType type) {
        MemoryRecords records = MemoryRecords.withEndTransactionMarker(
                offset, 5, 0, producerId, (short) 0, new EndTransactionMarker(type, 0));
        return new BatchView().at(records.buffer(), 0);
    }

    @Test
    void recordsOfAnAbortedTransactionAreToldFromThoseOfOthers() {
        TransactionFates fates = new TransactionFates(List.of(new AbortedTxn(7, 10, 14, 10)));

        assertThat(fates.isAborted(data(9, 7))).isFalse();
        assertThat(fates.isAborted(data(10, 7))).isTrue();
        assertThat(fates.isAborted(data(11, 8))).isFalse();
        assertThat(fates.isAborted(data(12, 7))).isTrue();
        assertThat(fates.endsEmpty(marker(14, 7, ControlRecordType.ABORT))).isFalse();
        assertThat(fates.isAborted(data(15, 7))).isFalse();
    }

    @Test
    void aMarkerEndsAnEmptyTransactionWhenNoBatchOfItIsLeft() {
        TransactionFates fates = new TransactionFates(List.of());

        assertThat(fates.endsEmpty(marker(3, 7, ControlRecordType.COMMIT))).isTrue();
        fates.isAborted(data(4, 7));
        assertThat(fates.endsEmpty(marker(5, 8, ControlRecordType.COMMIT))).isTrue();
        assertThat(fates.endsEmpty(marker(6, 7, ControlRecordType.COMMIT))).isFalse();
        assertThat(fates.endsEmpty(marker(7, 7, ControlRecordType.COMMIT))).isTrue();
    }

    /** The index still has an entry whose marker is gone: what the producer wrote since is not aborted. */
    @Test
    void anAbortedTransactionEndsWhereItsMarkerWas() {
        TransactionFates fates = new TransactionFates(List.of(new AbortedTxn(7, 10, 14, 10)));

        assertThat(fates.isAborted(data(12, 7))).isTrue();
        assertThat(fates.isAborted(data(15, 7))).isFalse();
    }

    @Test
    void oneTransactionAfterTheOtherOfTheSameProducer() {
        TransactionFates fates =
                new TransactionFates(List.of(new AbortedTxn(7, 20, 24, 20), new AbortedTxn(7, 10, 14, 10)));

        assertThat(fates.isAborted(data(10, 7))).isTrue();
        assertThat(fates.endsEmpty(marker(14, 7, ControlRecordType.ABORT))).isFalse();
        assertThat(fates.isAborted(data(15, 7))).isFalse();
        assertThat(fates.endsEmpty(marker(16, 7, ControlRecordType.COMMIT))).isFalse();
        assertThat(fates.isAborted(data(21, 7))).isTrue();
        assertThat(fates.endsEmpty(marker(24, 7, ControlRecordType.ABORT))).isFalse();
    }
}
