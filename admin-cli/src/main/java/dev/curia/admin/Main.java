package dev.curia.admin;

import dev.curia.admin.command.CuriaCommand;
import dev.curia.admin.command.Surroundings;
import dev.curia.admin.command.Terminal;
import dev.curia.common.time.SystemClock;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** The {@code curia} command's entry point. */
public final class Main {
    private static final int OUTPUT_BUFFER = 64 << 10;

    private Main() {}

    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        BufferedOutputStream raw = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), OUTPUT_BUFFER);
        Map<String, String> environment = System.getenv();
        boolean screen = onTerminal();
        boolean colour = screen
                && environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "dumb").equals("dumb");
        int exitCode = CuriaCommand.execute(
                new Surroundings(
                        new Terminal(System.in, raw, out, err, screen, colour),
                        new SystemClock(),
                        environment,
                        Path.of(System.getProperty("user.home", ".")),
                        Path.of("/")),
                arguments);
        out.flush();
        // Not a plain return: gRPC's threads would keep the process for a while.
        System.exit(exitCode);
    }

    /** Whether the output is a terminal: the launcher knows, Java does not tell. */
    private static boolean onTerminal() {
        return Boolean.getBoolean("curia.terminal");
    }
}
