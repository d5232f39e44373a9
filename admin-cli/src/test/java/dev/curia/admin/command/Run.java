package dev.curia.admin.command;

import dev.curia.common.time.SystemClock;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** One run of the command, and what it wrote. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Run(int exitCode, String out, byte[] raw, String err) {
    static Run curia(byte[] input, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream raw = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(
                new ByteArrayInputStream(input),
                raw,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        int exitCode = CuriaCommand.execute(surroundings(terminal), arguments);
        return new Run(
                exitCode,
                out.toString(StandardCharsets.UTF_8),
                raw.toByteArray(),
                err.toString(StandardCharsets.UTF_8));
    }

    static Run curia(String... arguments) {
        return curia(new byte[0], arguments);
    }

    /** Of a machine without variables, and of nobody. */
    static Surroundings surroundings(Terminal terminal) {
        return new Surroundings(
                terminal, new SystemClock(), Map.of(), Path.of("/nonexistent/home"), Path.of("/nonexistent/root"));
    }

    String rawText() {
        return new String(raw, StandardCharsets.UTF_8);
    }
}
