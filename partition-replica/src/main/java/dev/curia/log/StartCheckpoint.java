package dev.curia.log;

/** Where a log starts as its directory's checkpoint has it: what a crash leaves of {@link PartitionLog#logStartOffset}. Thread-safe. */
public final class StartCheckpoint {
    private final PartitionLog log;
    private volatile long offset;
    private volatile Runnable listener = () -> {};

    StartCheckpoint(PartitionLog log) {
        this.log = log;
    }

    /** The log never starts before this again, unless it is cut to before it. */
    public long offset() {
        return offset;
    }

    /** Has the log's present start written soon, unless it is; one write serves many logs. Never blocks. */
    public void request() {
        log.place().environment().checkpoints().requestStart(log);
    }

    /** @param newListener runs after each write that changed the offset, on the writing thread, and may wait */
    public void onWritten(Runnable newListener) {
        listener = newListener;
    }

    void written(long newOffset) {
        offset = newOffset;
    }

    void tell() {
        listener.run();
    }
}
