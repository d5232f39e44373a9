package dev.curia.log.inspect;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Something a check has found. Immutable.
 *
 * @param problem of which kind, in a few words joined by dashes: the same for ever, for programs
 * @param position where in the file, in bytes; -1: all of it
 * @param offset the record's offset from which on it matters; -1: not about one
 * @param message what was found, with the value, and what was expected
 * @param remedy what to do; null: nothing
 */
public record Finding(
        Severity severity,
        String problem,
        Path file,
        long position,
        long offset,
        String message,
        @Nullable String remedy) {
    static Finding note(String problem, Path file, String message) {
        return new Finding(Severity.NOTE, problem, file, -1, -1, message, null);
    }

    static Finding damage(String problem, Path file, String message, @Nullable String remedy) {
        return new Finding(Severity.DAMAGE, problem, file, -1, -1, message, remedy);
    }

    /** @param remade whether the next start makes the index anew by itself */
    static Finding ofIndex(Path index, String problem, long position, String what, boolean remade) {
        return new Finding(
                remade ? Severity.NOTE : Severity.REPAIR,
                problem,
                index,
                position,
                -1,
                sentence(what) + (remade ? " It is made anew at the next start, as after every unclean stop." : ""),
                remade ? null : Remedies.REINDEX);
    }

    static String sentence(String what) {
        return Character.toUpperCase(what.charAt(0)) + what.substring(1) + (what.endsWith(".") ? "" : ".");
    }
}
