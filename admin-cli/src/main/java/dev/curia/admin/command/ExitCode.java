package dev.curia.admin.command;

import dev.curia.admin.client.ClusterException;

/** What the process ends with; documented in {@code curia --help}. */
public final class ExitCode {
    public static final int OK = 0;
    public static final int REFUSED = 1;
    public static final int USAGE = 2;
    public static final int UNREACHABLE = 3;
    public static final int OUTCOME_UNKNOWN = 4;

    /** Of commands that ask: the answer is no. */
    public static final int NO = 5;

    /** EX_SOFTWARE of sysexits.h: a fault of this program. */
    public static final int INTERNAL = 70;

    private ExitCode() {}

    static int of(ClusterException.Kind kind) {
        return switch (kind) {
            case REFUSED -> REFUSED;
            case UNREACHABLE -> UNREACHABLE;
            case OUTCOME_UNKNOWN -> OUTCOME_UNKNOWN;
        };
    }
}
