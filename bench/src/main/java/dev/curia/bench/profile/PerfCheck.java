package dev.curia.bench.profile;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether perf is there and may do what is needed: it should be known before minutes have passed. */
final class PerfCheck {
    private static final Path SYMBOLS = Path.of("/proc/kallsyms");
    private static final String HIDDEN = "0000000000000000 ";

    private final Path directory;

    PerfCheck(Path directory) {
        this.directory = directory;
    }

    /** Fails with what is missing and what to do. */
    void check() throws IOException {
        Path messages = directory.resolve("perf-check.log");
        Path data = directory.resolve("perf-check.data");
        if (!succeeds(messages, "perf", "--version")) {
            throw new IllegalStateException(
                    "perf is missing, or is not that of this kernel: install the package linux-perf"
                            + " (Debian), perf (Fedora) or linux-tools-generic (Ubuntu)");
        }
        String self = Long.toString(ProcessHandle.current().pid());
        if (!succeeds(
                messages, "perf", "record", "-e", "cpu-clock:k", "-p", self, "-o", data.toString(), "--", "true")) {
            throw new IllegalStateException("perf may not sample the kernel: kernel.perf_event_paranoid is "
                    + setting("perf_event_paranoid")
                    + " and should be 1 or less (sysctl -w kernel.perf_event_paranoid=1),"
                    + " or this be run by root. It said: " + Files.readString(messages, StandardCharsets.UTF_8));
        }
        if (symbolsAreHidden()) {
            throw new IllegalStateException("the kernel hides its functions' names: kernel.kptr_restrict is "
                    + setting("kptr_restrict") + " and should be 0 (sysctl -w kernel.kptr_restrict=0), and"
                    + " kernel.perf_event_paranoid is " + setting("perf_event_paranoid") + " and should be 1 or less");
        }
        Files.deleteIfExists(data);
        Files.delete(messages);
    }

    private static boolean succeeds(Path messages, String... command) throws IOException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(messages.toFile())
                            .start()
                            .waitFor()
                    == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(String.join(" ", command));
        } catch (IOException missing) {
            return false;
        }
    }

    private static boolean symbolsAreHidden() throws IOException {
        try (var lines = Files.lines(SYMBOLS, StandardCharsets.UTF_8)) {
            return lines.findFirst().orElse(HIDDEN).startsWith(HIDDEN);
        }
    }

    private static String setting(String name) throws IOException {
        return Files.readString(Path.of("/proc/sys/kernel", name), StandardCharsets.UTF_8)
                .trim();
    }
}
