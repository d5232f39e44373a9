package dev.curia.log.inspect;

/** What a finding means for the records. */
public enum Severity {
    /** Worth knowing; nothing is wrong, or the next start puts it right by itself. */
    NOTE,
    /**
     * Nothing that was promised is lost: the tail of a log that was never flushed, or a file that can be made anew from the records; but
     * something is to be done, or will be lost.
     */
    REPAIR,
    /** Records that were on disk, or what tells which they are, are damaged or gone. */
    DAMAGE
}
