package dev.curia.broker.tool;

/** What a command on files ends with; documented in {@code curia log --help}. */
final class LogExitCode {
    static final int OK = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;
    static final int REPAIR = 3;
    static final int DAMAGE = 4;
    /** EX_SOFTWARE of sysexits.h: a fault of this program. */
    static final int INTERNAL = 70;

    private LogExitCode() {}
}
