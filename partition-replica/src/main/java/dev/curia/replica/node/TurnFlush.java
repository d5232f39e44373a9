package dev.curia.replica.node;

/** Has a log flushed after what its loop was given before: what is appended in one turn of the loop shares a flush. Loop-confined. */
final class TurnFlush {
    private final ReplicaThread thread;
    private final Runnable flush;
    private boolean due;

    TurnFlush(ReplicaThread thread, Runnable flush) {
        this.thread = thread;
        this.flush = flush;
    }

    void request() {
        if (due) return;
        due = thread.offer(this::run);
        if (!due) flush.run();
    }

    private void run() {
        due = false;
        flush.run();
    }
}
