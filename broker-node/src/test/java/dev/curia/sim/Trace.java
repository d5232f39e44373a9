package dev.curia.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What happened: a digest of every event and every line, by which two runs are compared, and the lines themselves, the newest of them or all.
 */
final class Trace {
    private static final int KEPT = 400;

    private final boolean all;
    private final ArrayDeque<String> lines = new ArrayDeque<>();
    private long digest = 17;

    Trace(boolean all) {
        this.all = all;
    }

    void event(long at, int owner) {
        digest = (digest * 31 + at) * 31 + owner;
    }

    void log(long at, String what) {
        digest = digest * 31 + what.hashCode();
        lines.add(String.format(Locale.ROOT, "%10.4f  %s", at / 1e9, what));
        if (!all && lines.size() > KEPT) lines.remove();
    }

    boolean isWhole() {
        return all;
    }

    long digest() {
        return digest;
    }

    List<String> lines() {
        return new ArrayList<>(lines);
    }
}
