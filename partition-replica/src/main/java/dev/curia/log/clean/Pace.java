package dev.curia.log.clean;

/** What a cleaning reports to while it works, and is held up or stopped by. */
interface Pace {
    /** Returns when so many bytes may be, or have been, read. */
    void read(long bytes) throws CleaningAbortedException;

    /** Returns when so many bytes may be, or have been, written. */
    void written(long bytes) throws CleaningAbortedException;
}
