package dev.curia.broker.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.curia.broker.logs.Bombs;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecordBatchesTest {
    private static final int MIB = 1 << 20;

    /** A record is its value, or its key where it has none. */
    private static final RecordCodec<String> TEXT = new RecordCodec<>() {
        @Override
        public SimpleRecord encode(String record, long timestampMs) {
            return new SimpleRecord(timestampMs, bytes("k"), bytes(record));
        }

        @Override
        public Optional<String> decode(@Nullable ByteBuffer key, @Nullable ByteBuffer value) {
            ByteBuffer text = value == null ? key : value;
            if (text == null) throw new IllegalArgumentException("neither key nor value");
            return Optional.of(StandardCharsets.UTF_8.decode(text).toString());
        }
    };

    @Test
    void whatWasEncodedIsDecodedFromAnOffsetOn() {
        List<String> written = IntStream.range(0, 10).mapToObj(i -> "r" + i).toList();
        ByteBuffer bytes = RecordBatches.encode(TEXT, written, 5);
        assertThat(RecordBatches.decode(TEXT, bytes, 0)).isEqualTo(new RecordBatches.Decoded<>(written, 10));
        assertThat(RecordBatches.decode(TEXT, bytes, 7))
                .isEqualTo(new RecordBatches.Decoded<>(List.of("r7", "r8", "r9"), 10));
    }

    @Test
    void aHugeValueIsRefusedWithoutBeingHeld() {
        ByteBuffer bomb = Bombs.value(120 * MIB);
        long before = Bombs.allocated();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RecordBatches.decode(TEXT, bomb, 0))
                .withMessageContaining("from offset 0 on")
                .withMessageContaining("at most");
        assertThat(Bombs.allocated() - before).isLessThan(8L * MIB);
    }

    @Test
    void manyRecordsAreDecodedPieceByPiece() {
        int count = 2 * RecordBatches.MOST_RECORDS + 5;
        ByteBuffer bomb = Bombs.tombstones(count, bytes("key"));
        List<Integer> pieces = new ArrayList<>();
        long next = 0;
        while (next < count) {
            RecordBatches.Decoded<String> piece = RecordBatches.decode(TEXT, bomb, next);
            assertThat(piece.records()).isNotEmpty();
            pieces.add(piece.records().size());
            next = piece.nextOffset();
        }
        assertThat(pieces).containsExactly(RecordBatches.MOST_RECORDS, RecordBatches.MOST_RECORDS, 5);
    }

    @Test
    void longKeysEndAPieceEarly() {
        ByteBuffer bomb = Bombs.tombstones(200, new byte[MIB]);
        RecordBatches.Decoded<String> piece = RecordBatches.decode(TEXT, bomb, 0);
        assertThat(piece.records()).hasSize(RecordBatches.MOST_BYTES / MIB + 1);
        assertThat(piece.nextOffset()).isEqualTo(piece.records().size());
    }

    @Test
    void damageIsNamed() {
        ByteBuffer bytes = RecordBatches.encode(TEXT, Collections.nCopies(3, "r"), 5);
        bytes.putInt(57, 4);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RecordBatches.decode(TEXT, bytes, 0))
                .withMessageContaining("from offset 3 on");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
