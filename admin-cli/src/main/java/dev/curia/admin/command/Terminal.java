package dev.curia.admin.command;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;

/**
 * Where a command reads and writes. The streams are the process' own, or a test's.
 *
 * @param raw for records, byte for byte; unlike {@code out} it reports a closed pipe
 * @param screen {@code out} is a terminal: what is there can be drawn again
 * @param colour it is one that shows colours, and nobody minds them
 */
public record Terminal(
        InputStream in, OutputStream raw, PrintStream out, PrintStream err, boolean screen, boolean colour) {
    /** No terminal, but a pipe or a file. */
    public Terminal(InputStream in, OutputStream raw, PrintStream out, PrintStream err) {
        this(in, raw, out, err, false, false);
    }
}
