package dev.curia.admin.command;

import java.util.Locale;

/** Numbers a second as people write them. Stateless. */
final class Rates {
    private Rates() {}

    /** Without decimals where there are none. */
    static String text(double rate) {
        return rate == Math.rint(rate)
                ? String.format(Locale.ROOT, "%.0f", rate)
                : String.format(Locale.ROOT, "%s", rate);
    }
}
