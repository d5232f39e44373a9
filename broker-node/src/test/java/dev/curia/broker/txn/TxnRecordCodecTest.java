package dev.curia.broker.txn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.broker.txn.state.Producer;
import dev.curia.broker.txn.state.Txn;
import dev.curia.broker.txn.state.TxnRecord;
import dev.curia.broker.txn.state.TxnState;
import dev.curia.common.id.TopicPartition;
import dev.curia.testkit.Check;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogKey;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogValue;
import org.junit.jupiter.api.Test;

/** Against Kafka's own classes of the schemas. */
class TxnRecordCodecTest {
    private final TxnRecordCodec codec = new TxnRecordCodec();

    @Test
    void kafkaReadsWhatIsWrittenAndSoDoWe() throws Exception {
        Check.forAll(500, TxnRecordCodecTest::txn, txn -> {
            SimpleRecord record = codec.encode(new TxnRecord.Written(txn), 5);
            ByteBuffer key = record.key();
            ByteBuffer value = record.value();
            assertThat(key.duplicate().getShort()).isEqualTo((short) 0);
            TransactionLogKey kafkaKey =
                    new TransactionLogKey(new ByteBufferAccessor(key.duplicate().position(2)), (short) 0);
            assertThat(kafkaKey.transactionalId()).isEqualTo(txn.transactionalId());
            assertThat(value.duplicate().getShort()).isEqualTo((short) 1);
            TransactionLogValue kafka = new TransactionLogValue(
                    new ByteBufferAccessor(value.duplicate().position(2)), (short) 1);
            assertThat(kafka.producerId()).isEqualTo(txn.producer().id());
            assertThat(kafka.previousProducerId()).isEqualTo(txn.producer().previousId());
            assertThat(kafka.nextProducerId()).isEqualTo(txn.producer().nextId());
            assertThat(kafka.producerEpoch()).isEqualTo(txn.producer().epoch());
            assertThat(kafka.transactionTimeoutMs()).isEqualTo(txn.timeoutMs());
            assertThat(kafka.transactionStatus()).isEqualTo(txn.state().id());
            assertThat(kafka.clientTransactionVersion()).isEqualTo((short) txn.clientVersion());
            assertThat(kafka.transactionLastUpdateTimestampMs()).isEqualTo(txn.updatedMs());
            assertThat(kafka.transactionStartTimestampMs()).isEqualTo(txn.startedMs());
            Set<TopicPartition> partitions = new LinkedHashSet<>();
            kafka.transactionPartitions()
                    .forEach(t -> t.partitionIds().forEach(p -> partitions.add(new TopicPartition(t.topic(), p))));
            assertThat(partitions).isEqualTo(txn.partitions());
            assertThat(codec.decode(key.duplicate(), value)).contains(new TxnRecord.Written(txn));
            // What other versions of Kafka have written.
            boolean old = txn.clientVersion() == 0
                    && txn.producer().nextId() == Producer.NONE
                    && txn.producer().previousId() == Producer.NONE;
            if (old) {
                ByteBuffer v0 = MessageUtil.toVersionPrefixedByteBuffer((short) 0, kafka);
                assertThat(codec.decode(key.duplicate(), v0)).contains(new TxnRecord.Written(txn));
            }
        });
    }

    private static Txn txn(SplittableRandom random) {
        Set<TopicPartition> partitions = new LinkedHashSet<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            partitions.add(new TopicPartition("topic-é" + random.nextInt(3), random.nextInt(300)));
        }
        boolean plain = random.nextBoolean();
        return new Txn(
                "id".repeat(1 + random.nextInt(200)),
                new Producer(
                        random.nextLong(0, Long.MAX_VALUE),
                        plain ? Producer.NONE : random.nextLong(-1, 5),
                        plain ? Producer.NONE : random.nextLong(-1, 5),
                        (short) random.nextInt(Short.MAX_VALUE),
                        Producer.NO_EPOCH),
                TxnState.of(random.nextInt(6)).orElseThrow(),
                partitions,
                random.nextInt(1, 100_000),
                random.nextLong(-1, 1L << 40),
                random.nextLong(1L << 40),
                plain || random.nextBoolean() ? 0 : Txn.RAISES_EPOCH);
    }

    @Test
    void aTombstoneRemovesAnId() {
        SimpleRecord record = codec.encode(new TxnRecord.Removed("a"), 5);
        assertThat(record.value()).isNull();
        assertThat(codec.decode(record.key(), null)).contains(new TxnRecord.Removed("a"));
    }

    @Test
    void unknownVersionsAreLeftOutAndDamageIsAnError() {
        ByteBuffer key = Objects.requireNonNull(
                codec.encode(new TxnRecord.Removed("a"), 5).key());
        assertThat(codec.decode(ByteBuffer.wrap(new byte[] {0, 9}), null)).isEqualTo(Optional.empty());
        assertThat(codec.decode(key, ByteBuffer.wrap(new byte[] {0, 9}))).isEqualTo(Optional.empty());
        Check.forAll(300, random -> random, random -> {
            ByteBuffer whole =
                    codec.encode(new TxnRecord.Written(txn(random)), 5).value();
            ByteBuffer cut = whole.duplicate().limit(random.nextInt(whole.limit()));
            assertThatThrownBy(() -> codec.decode(key.duplicate(), cut)).isInstanceOf(IllegalArgumentException.class);
        });
        assertThatThrownBy(() -> codec.encode(new TxnRecord.Removed("x".repeat(40_000)), 5))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
