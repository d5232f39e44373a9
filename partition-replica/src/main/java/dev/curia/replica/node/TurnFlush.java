package dev.curia.replica.node;

import dev.curia.log.PartitionLog;

/** Has a log flushed after what its loop was given before: what is appended in one turn of the loop shares a flush. Loop-confined. */
final class TurnFlush {
    private final PartitionLog log;
    private final ReplicaThread thread;
    private boolean due;

    TurnFlush(PartitionLog log, ReplicaThread thread) {
        this.log = log;
        this.thread = thread;
    }

    void request() {
        if (due) return;
        due = thread.offer(this::run);
        if (!due) log.requestFlush();
    }

    private void run() {
        due = false;
        log.requestFlush();
    }
}
