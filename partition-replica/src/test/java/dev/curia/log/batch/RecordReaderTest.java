package dev.curia.log.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Check;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.kafka.common.record.internal.Record;
import org.junit.jupiter.api.Test;

/** Kafka's client is the twin: what it reads is what we read. */
class RecordReaderTest {
    @Test
    void readsWhatKafkasClientReads() {
        Check.forAll(600, SplittableRandom::nextLong, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            ByteBuffer batch = TestBatches.random(random);
            if (random.nextBoolean()) TestBatches.view(batch).setLogAppendTime(TestBatches.NOW + 5);
            if (random.nextBoolean()) batch = direct(batch);
            try (RecordReader reader = new RecordReader()) {
                reader.open(TestBatches.view(batch));
                for (Record expected : TestBatches.kafka(batch)) {
                    assertThat(reader.next()).isTrue();
                    assertThat(reader.offset()).isEqualTo(expected.offset());
                    assertThat(reader.timestamp()).isEqualTo(expected.timestamp());
                    assertThat(reader.keyBytes()).isEqualTo(expected.keySize());
                    if (random.nextInt(4) > 0) assertThat(reader.key()).isEqualTo(expected.key());
                    if (random.nextInt(4) > 0) assertThat(reader.hasValue()).isEqualTo(expected.hasValue());
                    if (random.nextInt(4) > 0) assertThat(reader.value()).isEqualTo(expected.value());
                    if (random.nextBoolean()) {
                        assertThat(reader.headers().get()).isEqualTo((byte) (2 * expected.headers().length));
                    }
                }
                assertThat(reader.next()).isFalse();
                assertThat(reader.next()).isFalse();
            }
        });
    }

    @Test
    void aWriterThatTakesEveryRecordMakesAnEqualBatchInAnyCodec() {
        Check.forAll(600, SplittableRandom::nextLong, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            ByteBuffer batch = placed(random);
            Codec codec = Codec.of(random.nextInt(5));
            ByteBuffer copy = rewrite(batch, codec, random, -1, List.of());
            assertThat(TestBatches.asKafkaReads(copy)).isEqualTo(TestBatches.asKafkaReads(batch));
            assertHeaderKept(batch, copy);
            // Also the times that producers sent, where the broker's count.
            if (codec.id() == 0 && TestBatches.view(batch).codec() == 0)
                assertThat(copy).isEqualTo(batch);
            assertThat(TestBatches.view(copy).codec()).isEqualTo(codec.id());
            assertThat(TestBatches.view(copy).maxTimestamp())
                    .isEqualTo(TestBatches.view(batch).maxTimestamp());
        });
    }

    @Test
    void aWriterThatLeavesRecordsOutKeepsTheOthersAndTheHeader() {
        Check.forAll(600, SplittableRandom::nextLong, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            ByteBuffer batch = placed(random);
            List<Integer> left = new ArrayList<>();
            int count = TestBatches.view(batch).recordCount();
            for (int i = 0; i < count; i++) if (random.nextInt(3) == 0) left.add(i);
            long horizon = random.nextInt(3) == 0 ? TestBatches.NOW + random.nextInt(1_000_000) : -1;
            ByteBuffer rest = rewrite(batch, Codec.of(TestBatches.view(batch).codec()), random, horizon, left);
            List<List<Object>> expected = TestBatches.asKafkaReads(batch);
            for (int i = left.size() - 1; i >= 0; i--) expected.remove((int) left.get(i));
            assertThat(TestBatches.asKafkaReads(rest)).isEqualTo(expected);
            assertHeaderKept(batch, rest);
            BatchView view = TestBatches.view(rest);
            if (expected.isEmpty()) {
                assertThat(view.sizeInBytes()).isEqualTo(BatchView.HEADER_BYTES);
                assertThat(view.maxTimestamp())
                        .isEqualTo(TestBatches.view(batch).maxTimestamp());
            } else {
                long newest =
                        expected.stream().mapToLong(r -> (long) r.get(1)).max().orElseThrow();
                assertThat(view.maxTimestamp()).isEqualTo(newest);
                assertThat(TestBatches.kafka(rest).deleteHorizonMs().orElse(-1)).isEqualTo(horizon);
                assertThat(view.hasDeleteHorizon()).isEqualTo(horizon >= 0);
            }
        });
    }

    /** What a writer left out before stays out, and its delete horizon stays. */
    @Test
    void aRewrittenBatchIsRewrittenAgain() throws Exception {
        SplittableRandom random = new SplittableRandom(1);
        ByteBuffer batch = TestBatches.of(1, "a", "1", "b", "2", "c", "3", "d", "4");
        ByteBuffer once = rewrite(batch, Codec.of(1), random, TestBatches.NOW + 77, List.of(1));
        ByteBuffer twice = rewrite(once, Codec.of(0), random, -1, List.of(0));
        assertThat(TestBatches.asKafkaReads(twice)).extracting(r -> r.get(0)).containsExactly(2L, 3L);
        assertThat(TestBatches.asKafkaReads(twice))
                .extracting(r -> r.get(1))
                .containsExactly(TestBatches.NOW + 2, TestBatches.NOW + 3);
        assertThat(TestBatches.kafka(twice).deleteHorizonMs()).hasValue(TestBatches.NOW + 77);
        assertThat(TestBatches.view(twice).lastOffset()).isEqualTo(3);
    }

    private static ByteBuffer placed(SplittableRandom random) {
        ByteBuffer batch = TestBatches.random(random);
        BatchView view = TestBatches.view(batch);
        view.setBaseOffset(random.nextLong(1L << 40));
        view.setLeaderEpoch(random.nextInt(100));
        if (random.nextInt(3) == 0) view.setLogAppendTime(TestBatches.NOW + 5);
        return random.nextBoolean() ? direct(batch) : batch;
    }

    private static ByteBuffer rewrite(
            ByteBuffer batch, Codec codec, SplittableRandom random, long deleteHorizonMs, List<Integer> leaveOut)
            throws InvalidBatchException {
        BatchView view = TestBatches.view(batch);
        try (RecordReader reader = new RecordReader();
                BatchWriter writer = deleteHorizonMs < 0
                        ? new BatchWriter(view, codec, Integer.MAX_VALUE)
                        : BatchWriter.withDeleteHorizon(view, codec, Integer.MAX_VALUE, deleteHorizonMs)) {
            reader.open(view);
            Iterator<Integer> indexes =
                    java.util.stream.IntStream.iterate(0, i -> i + 1).iterator();
            while (reader.next()) {
                switch (random.nextInt(4)) {
                    case 0 -> reader.key();
                    case 1 -> reader.hasValue();
                    case 2 -> reader.value();
                    default -> {}
                }
                if (!leaveOut.contains(indexes.next())) writer.append(reader);
            }
            return writer.finish();
        }
    }

    private static void assertHeaderKept(ByteBuffer before, ByteBuffer after) {
        BatchView old = TestBatches.view(before);
        BatchView now = TestBatches.view(after);
        assertThat(now.crcMatches()).isTrue();
        assertThat(now.sizeInBytes()).isEqualTo(after.remaining());
        assertThat(List.of(now.baseOffset(), now.lastOffset(), now.leaderEpoch(), now.producerId(), now.baseSequence()))
                .isEqualTo(List.of(
                        old.baseOffset(), old.lastOffset(), old.leaderEpoch(), old.producerId(), old.baseSequence()));
        assertThat(List.of(now.producerEpoch(), now.isTransactional(), now.isControl(), now.isLogAppendTime()))
                .isEqualTo(List.of(old.producerEpoch(), old.isTransactional(), old.isControl(), old.isLogAppendTime()));
    }

    private static ByteBuffer direct(ByteBuffer batch) {
        return ByteBuffer.allocateDirect(batch.remaining() + 9)
                .position(9)
                .put(batch.duplicate())
                .flip()
                .position(9);
    }
}
