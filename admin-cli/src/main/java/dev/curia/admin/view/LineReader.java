package dev.curia.admin.view;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Splits bytes at newlines, and keeps everything else as it is: carriage returns, broken UTF-8, zero bytes. Not thread-safe. */
public final class LineReader {
    private final InputStream in;
    private final int maxLine;
    private final byte[] buffer = new byte[64 << 10];
    private int position;
    private int limit;
    private long lines;

    /** @param terminated false: the input ended without a newline behind this line */
    public record Line(ByteString bytes, boolean terminated) {}

    /** @param maxLine in bytes; a longer line is an error, not a full memory */
    public LineReader(InputStream in, int maxLine) {
        this.in = in;
        this.maxLine = maxLine;
    }

    /** The next line without its newline; null at the end. */
    public @Nullable Line next() throws IOException {
        ByteString.Output line = ByteString.newOutput();
        lines++;
        while (true) {
            int end = position;
            while (end < limit && buffer[end] != '\n') end++;
            line.write(buffer, position, end - position);
            if (line.size() > maxLine)
                throw new IOException(
                        "line " + lines + " is longer than " + maxLine + " bytes, the most a record may have");
            if (end < limit) {
                position = end + 1;
                return new Line(line.toByteString(), true);
            }
            position = 0;
            limit = Math.max(0, in.read(buffer));
            if (limit == 0) return line.size() == 0 ? null : new Line(line.toByteString(), false);
        }
    }

    /** Of the line that {@link #next} returned last, from 1. */
    public long lineNumber() {
        return lines;
    }

    /** The next line may not be here yet. */
    public boolean mayWait() throws IOException {
        return position >= limit && in.available() == 0;
    }
}
