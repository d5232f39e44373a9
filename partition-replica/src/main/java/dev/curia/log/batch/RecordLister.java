package dev.curia.log.batch;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Lists the records of a batch with all their parts, for tools that show them. Not thread-safe. */
public final class RecordLister implements AutoCloseable {
    private final RecordReader reader = new RecordReader();

    /**
     * A record as it is stored. Valid while its visitor runs.
     *
     * @param sequence -1: its producer numbers nothing
     */
    public record LoggedRecord(
            long offset,
            long timestamp,
            int sequence,
            @Nullable ByteBuffer key,
            @Nullable ByteBuffer value,
            List<LoggedHeader> headers) {}

    /** A header of a record. */
    public record LoggedHeader(String key, @Nullable ByteBuffer value) {}

    /**
     * Shows the records one after the other. The whole batch lies in the buffer.
     *
     * @return why the records cannot be decoded, from the last one shown on; null: all were shown
     */
    public @Nullable String list(BatchView batch, Consumer<LoggedRecord> visitor) {
        int base = batch.baseSequence();
        long baseOffset = batch.baseOffset();
        try {
            reader.open(batch);
            while (reader.next()) {
                long offset = reader.offset();
                int sequence = base < 0 ? base : BatchView.sequenceAfter(base, (int) (offset - baseOffset));
                ByteBuffer key = reader.key();
                ByteBuffer value = reader.value();
                List<LoggedHeader> headers = headers(reader.headers(), Integer.MAX_VALUE);
                visitor.accept(new LoggedRecord(offset, reader.timestamp(), sequence, key, value, headers));
            }
            return null;
        } catch (InvalidBatchException e) {
            return e.getMessage();
        }
    }

    /** Decodes every record; why that fails, or null when it does not. */
    public @Nullable String check(BatchView batch) {
        try {
            reader.open(batch);
            boolean more = true;
            while (more) more = reader.next();
            return null;
        } catch (InvalidBatchException e) {
            return e.getMessage();
        }
    }

    /** Frees what decompressing took. */
    @Override
    public void close() {
        reader.close();
    }

    /**
     * Takes apart what {@link RecordReader#headers} returned, into views of it.
     *
     * @throws InvalidBatchException when there are more than {@code most}
     */
    public static List<LoggedHeader> headers(ByteBuffer checked, int most) throws InvalidBatchException {
        ByteBuffer encoded = checked.duplicate();
        RecordInput input = new RecordInput();
        input.open(encoded, encoded.position(), encoded.limit());
        int count = input.readVarint();
        if (count > most) {
            throw InvalidBatchException.tooLarge(
                    "A record has " + count + " headers, at most " + most + " can be read");
        }
        List<LoggedHeader> headers = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ByteBuffer name = take(encoded, input, input.readVarint());
            int valueBytes = input.readVarint();
            ByteBuffer value = valueBytes < 0 ? null : take(encoded, input, valueBytes);
            headers.add(new LoggedHeader(StandardCharsets.UTF_8.decode(name).toString(), value));
        }
        return headers;
    }

    private static ByteBuffer take(ByteBuffer encoded, RecordInput input, int bytes) throws InvalidBatchException {
        ByteBuffer view = encoded.duplicate();
        input.view(view, bytes);
        return view.slice();
    }
}
