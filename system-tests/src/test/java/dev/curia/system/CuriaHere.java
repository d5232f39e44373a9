package dev.curia.system;

import dev.curia.admin.command.CuriaCommand;
import dev.curia.admin.command.Surroundings;
import dev.curia.admin.command.Terminal;
import dev.curia.common.time.SystemClock;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** The {@code curia} command in this process: what takes hundreds of commands is short. Of a machine without profiles. */
record CuriaHere(String servers) {
    static CuriaHere forCluster(LocalCluster cluster) {
        return new CuriaHere(String.join(",", cluster.adminServers()));
    }

    /** What became of a command. */
    record Result(int exitCode, String out, String err) {
        /** Returns this, or fails with what it said. */
        Result orFail() {
            if (exitCode != 0) throw new AssertionError("failed: " + this);
            return this;
        }
    }

    /** Two lines with keys are there to be read. */
    Result run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(
                new ByteArrayInputStream(Text.bytes("key:value\nother:value\n")),
                out,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        int exitCode = CuriaCommand.execute(
                new Surroundings(
                        terminal,
                        new SystemClock(),
                        Map.of("CURIA_SERVER", servers),
                        Path.of("/nonexistent"),
                        Path.of("/")),
                arguments);
        return new Result(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
