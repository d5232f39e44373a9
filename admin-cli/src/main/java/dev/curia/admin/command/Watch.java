package dev.curia.admin.command;

import dev.curia.admin.client.ClusterException;
import dev.curia.admin.view.OutputFormat;
import dev.curia.common.text.Json;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/**
 * Shows something again and again: over itself on a terminal, elsewhere one after the other. What fails the first time ends it; later
 * failures are shown, since they are what one watches for.
 */
final class Watch {
    private static final String HOME = "\u001b[H";
    private static final String TO_LINE_END = "\u001b[K";
    private static final String TO_SCREEN_END = "\u001b[J";
    private static final String CLEAR = HOME + TO_SCREEN_END;

    private final CuriaCommand curia;
    private final Duration interval;

    Watch(CuriaCommand curia, Duration interval) {
        this.curia = curia;
        this.interval = interval;
    }

    /** @return the exit code, when nobody reads any more or it fails at once */
    int run(Callable<Integer> view) throws Exception {
        CuriaCommand.Captured first = curia.capture(view);
        if (first.text().isEmpty()) return first.exitCode();
        if (curia.terminal().screen()) curia.terminal().out().print(CLEAR);
        String text = first.text();
        for (boolean again = false; ; again = true) {
            long next = curia.clock().monotonicNanos() + interval.toNanos();
            show(text, again);
            if (curia.terminal().out().checkError()) return ExitCode.OK;
            for (long left = interval.toNanos();
                    left > 0;
                    left = next - curia.clock().monotonicNanos()) {
                LockSupport.parkNanos(left);
            }
            text = look(view);
        }
    }

    private String look(Callable<Integer> view) throws Exception {
        try {
            return curia.capture(view).text();
        } catch (ClusterException failure) {
            String message = failure.getMessage() + "\n";
            return curia.structured() ? curia.data(Json.object().put("error", failure.getMessage())) : message;
        }
    }

    private void show(String text, boolean again) {
        Instant now = Instant.ofEpochMilli(curia.clock().wallMillis());
        boolean people = curia.format() == OutputFormat.TABLE;
        String whole = (people ? now + "\n\n" : again ? curia.format().separator() : "") + text;
        String painted = curia.paint(whole);
        boolean over = curia.terminal().screen();
        PrintStream out = curia.terminal().out();
        if (over) out.print(HOME + painted.replace("\n", TO_LINE_END + "\n") + TO_SCREEN_END);
        else out.print((people && again ? "\n" : "") + painted);
        out.flush();
    }
}
