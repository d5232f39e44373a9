package dev.curia.admin.command;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;

/**
 * Where a command reads and writes. The streams are the process' own, or a test's.
 *
 * @param raw for records, byte for byte; unlike {@code out} it reports a closed pipe
 */
public record Terminal(InputStream in, OutputStream raw, PrintStream out, PrintStream err) {}
