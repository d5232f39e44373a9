package dev.curia.log.clean;

/** A cleaning was asked to stop, or its log changed under it: it had no effect beyond the segments it had already replaced. */
public final class CleaningAbortedException extends Exception {
    private static final long serialVersionUID = 1L;

    public CleaningAbortedException(String why) {
        super(why, null, false, false);
    }
}
