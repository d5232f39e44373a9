package dev.curia.log.inspect;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Counts what is found in one partition, or in what a log directory holds beside them, and hands it on; of the same problem in the same file
 * only the first few. Not thread-safe.
 */
final class Findings {
    private static final int SHOWN_A_PROBLEM = 5;
    /** Problems told apart; beyond, they are counted only. */
    private static final int MOST_KINDS = 10_000;

    private final Consumer<Finding> sink;
    private final EnumMap<Severity, Long> counts = new EnumMap<>(Severity.class);
    private final Map<Kind, Long> seen = new HashMap<>();

    private record Kind(Severity severity, Path file, String problem) {}

    Findings(Consumer<Finding> sink) {
        this.sink = sink;
    }

    void add(Finding finding) {
        counts.merge(finding.severity(), 1L, Long::sum);
        Kind kind = new Kind(finding.severity(), finding.file(), finding.problem());
        if (!seen.containsKey(kind) && seen.size() == MOST_KINDS) return;
        if (seen.merge(kind, 1L, Long::sum) <= SHOWN_A_PROBLEM) sink.accept(finding);
    }

    /** Says how many were held back. */
    void finish() {
        seen.forEach((kind, count) -> {
            long more = count - SHOWN_A_PROBLEM;
            if (more <= 0) return;
            String message = more + " more of the same kind";
            sink.accept(new Finding(kind.severity, kind.problem, kind.file, -1, -1, message, null));
        });
    }

    long count(Severity severity) {
        return counts.getOrDefault(severity, 0L);
    }
}
