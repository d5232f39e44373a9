package dev.curia.admin;

import dev.curia.admin.command.CuriaCommand;
import dev.curia.admin.command.Terminal;
import dev.curia.common.time.SystemClock;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** The {@code curia} command's entry point. */
public final class Main {
    private static final int OUTPUT_BUFFER = 64 << 10;

    private Main() {}

    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        BufferedOutputStream raw = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), OUTPUT_BUFFER);
        int exitCode = CuriaCommand.execute(new Terminal(System.in, raw, out, err), new SystemClock(), arguments);
        out.flush();
        // Not a plain return: gRPC's threads would keep the process for a while.
        System.exit(exitCode);
    }
}
