package dev.curia.replica.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.replica.audit.RangeDigest.BatchMark;
import dev.curia.testkit.Check;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

final class RangeDigestTest {
    private static ByteBuffer batch(long baseOffset, String... values) {
        SimpleRecord[] records = new SimpleRecord[values.length];
        for (int i = 0; i < values.length; i++)
            records[i] = new SimpleRecord(5, null, values[i].getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return MemoryRecords.withRecords(baseOffset, Compression.NONE, 3, records)
                .buffer();
    }

    private static ByteBuffer three() {
        ByteBuffer all = ByteBuffer.allocate(1_000);
        all.put(batch(10, "a", "b")).put(batch(12, "c")).put(batch(13, "d", "e", "f"));
        return all.flip();
    }

    private static RangeDigest digest(ByteBuffer batches) {
        RangeDigest.Builder builder = new RangeDigest.Builder(10);
        builder.add(batches);
        return builder.build();
    }

    @Test
    void itIsTheSameHoweverTheRangeIsRead() {
        RangeDigest whole = digest(three());
        RangeDigest.Builder pieces = new RangeDigest.Builder(10);
        assertThat(pieces.add(batch(10, "a", "b"))).isTrue();
        assertThat(pieces.next()).isEqualTo(12);
        pieces.add(batch(12, "c"));
        pieces.add(batch(13, "d", "e", "f"));
        assertThat(pieces.build()).isEqualTo(whole);
        assertThat(whole.end()).isEqualTo(16);
        assertThat(whole.damagedAt()).isEmpty();
        assertThat(whole.batches()).noneMatch(BatchMark::rewritten);
    }

    @Test
    void anyFlippedBitIsDamageOrAnotherDigest() {
        RangeDigest good = digest(three());
        int bits = three().remaining() * 8;
        Check.forAll(300, random -> random.nextInt(bits), bit -> {
            ByteBuffer bad = three();
            bad.put(bit / 8, (byte) (bad.get(bit / 8) ^ (1 << bit % 8)));
            RangeDigest digest = digest(bad);
            assertThat(digest.damagedAt().isPresent() || digest.value() != good.value())
                    .as("bit %d", bit)
                    .isTrue();
        });
    }

    @Test
    void damageIsPlacedWhereTheBatchShouldBegin() {
        ByteBuffer bad = three();
        int second = batch(10, "a", "b").remaining();
        bad.put(second + 65, (byte) 99);
        assertThat(digest(bad).damagedAt()).isEqualTo(OptionalLong.of(12));
        assertThat(digest(bad).end()).isEqualTo(12);
    }

    @Test
    void onlyWhatCompactionLeavesIsCompared() {
        BatchMark one = new BatchMark(10, 11, 77, false);
        BatchMark other = new BatchMark(10, 11, 78, false);
        BatchMark rewritten = new BatchMark(10, 11, 79, true);
        BatchMark last = new BatchMark(12, 14, 5, false);
        assertThat(Differences.between(List.of(one, last), List.of(one, last))).isEmpty();
        assertThat(Differences.between(List.of(one, last), List.of(last)))
                .as("one has it no more")
                .isEmpty();
        assertThat(Differences.between(List.of(last), List.of(one, last))).isEmpty();
        assertThat(Differences.between(List.of(one), List.of(rewritten))).isEmpty();
        assertThat(Differences.between(List.of(rewritten), List.of(one))).isEmpty();
        assertThat(Differences.between(List.of(one, last), List.of(other, new BatchMark(12, 14, 6, false))))
                .contains(new Differences(10, 15, 2));
        assertThat(Differences.between(List.of(one, last), List.of(other, last)))
                .contains(new Differences(10, 12, 1));
    }

    @Test
    void aWitnessConfirmsOnlyWhatItHasJustSo() {
        BatchMark same = new BatchMark(10, 11, 1, false);
        BatchMark mine = new BatchMark(12, 14, 5, false);
        BatchMark theirs = new BatchMark(12, 14, 6, false);
        List<BatchMark> leader = List.of(same, theirs);
        assertThat(Differences.confirms(List.of(mine), List.of(same, mine), leader))
                .as("it need not have what does not differ")
                .isTrue();
        assertThat(Differences.confirms(List.of(same, theirs), List.of(same, mine), leader))
                .isFalse();
        assertThat(Differences.confirms(List.of(same), List.of(same, mine), leader))
                .as("compacted away: it cannot tell")
                .isFalse();
    }
}
