package dev.curia.admin.view;

import java.util.Locale;

/** Writes numbers of bytes as people do. Stateless. */
public final class Sizes {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private Sizes() {}

    /** Such as {@code 512 B}, {@code 1.5 KiB}, {@code 40 GiB}; {@code ?} for what is not known, below 0. */
    public static String of(long bytes) {
        if (bytes < 0) return "?";
        int unit = 0;
        double amount = bytes;
        while (amount >= 1024 && unit < UNITS.length - 1) {
            amount /= 1024;
            unit++;
        }
        String format = unit == 0 || amount >= 100 ? "%.0f %s" : "%.1f %s";
        return String.format(Locale.ROOT, format, amount, UNITS[unit]);
    }
}
