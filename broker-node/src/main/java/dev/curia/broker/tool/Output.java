package dev.curia.broker.tool;

import java.io.IOException;
import java.io.PrintWriter;

/** Lines for the standard output. Fails with {@link ClosedPipe} once nobody reads them any more. Not thread-safe. */
final class Output {
    private static final int LINES_A_CHECK = 256;

    private final PrintWriter out;
    private int unchecked;

    Output(PrintWriter out) {
        this.out = out;
    }

    /** Who read the output has enough: {@code curia log dump ... | head}. */
    static final class ClosedPipe extends IOException {
        private static final long serialVersionUID = 1L;

        ClosedPipe() {
            super("nobody reads the output any more");
        }
    }

    void line(String text) throws IOException {
        out.print(text);
        out.print('\n');
        if (++unchecked >= LINES_A_CHECK) flush();
    }

    /** Lines with their ends. */
    void text(String lines) throws IOException {
        out.print(lines);
        unchecked += LINES_A_CHECK / 8;
        if (unchecked >= LINES_A_CHECK) flush();
    }

    void flush() throws IOException {
        unchecked = 0;
        if (out.checkError()) throw new ClosedPipe();
    }
}
