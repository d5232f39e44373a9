package dev.curia.admin.client;

import dev.curia.admin.client.ClusterException.Kind;
import dev.curia.proto.data.v1.Record;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** One partition's records on their way: those that gather, and the one batch that is being sent. Not thread-safe. */
final class ProduceLane {
    /** Large enough to fill a connection, small enough for any reasonable max.message.bytes. */
    private static final int BATCH_BYTES = 256 << 10;

    private enum State {
        GATHERING,
        IN_FLIGHT,
        RETRYING
    }

    final int partition;

    /** When the batch is given up, in monotonic nanoseconds; set with the batch. */
    long deadline;

    private final ArrayDeque<Record> queue = new ArrayDeque<>();
    private final List<Record> batch = new ArrayList<>();
    private State state = State.GATHERING;
    private int batchLimit = BATCH_BYTES;
    private long queueBytes;
    private long batchBytes;
    private long retryAt;
    private boolean maybeDone;
    private String lastFailure = "no answer";

    ProduceLane(int partition) {
        this.partition = partition;
    }

    /** @return the bytes it counts for */
    long add(Record record) {
        queue.add(record);
        long bytes = bytes(record);
        queueBytes += bytes;
        return bytes;
    }

    boolean full() {
        return queueBytes >= batchLimit;
    }

    boolean ready(long now) {
        return switch (state) {
            case GATHERING -> !queue.isEmpty();
            case IN_FLIGHT -> false;
            case RETRYING -> retryAt - now <= 0;
        };
    }

    boolean inFlight() {
        return state == State.IN_FLIGHT;
    }

    /** Nothing was sent of what is here, and it is not worth sending yet. */
    boolean waitsForMore() {
        return state == State.GATHERING && !full();
    }

    /** Nanoseconds until this lane needs attention even if nothing comes back. */
    long nextMoment(long now) {
        return switch (state) {
            case GATHERING -> Long.MAX_VALUE;
            case IN_FLIGHT -> deadline - now;
            case RETRYING -> retryAt - now;
        };
    }

    /** Makes the next batch, unless one is to be sent again. */
    void begin(long newDeadline) {
        if (!batch.isEmpty()) return;
        deadline = newDeadline;
        while (!queue.isEmpty() && (batch.isEmpty() || batchBytes + bytes(queue.peek()) <= batchLimit)) {
            Record record = queue.remove();
            batch.add(record);
            batchBytes += bytes(record);
        }
        queueBytes -= batchBytes;
    }

    List<Record> batch() {
        return batch;
    }

    void sent() {
        state = State.IN_FLIGHT;
    }

    void retry(long at, String why, boolean perhapsDone) {
        state = State.RETRYING;
        retryAt = at;
        lastFailure = why;
        maybeDone |= perhapsDone;
    }

    /** An earlier attempt at this batch may have been kept. */
    boolean maybeDone() {
        return maybeDone;
    }

    /** The batch is acknowledged. Returns the bytes it counted for. */
    long done() {
        long bytes = batchBytes;
        batch.clear();
        batchBytes = 0;
        maybeDone = false;
        state = State.GATHERING;
        return bytes;
    }

    /** The topic takes smaller batches only. False when this one cannot be smaller. */
    boolean split() {
        if (batch.size() < 2) return false;
        batchLimit = (int) Math.max(1, Math.min(batchLimit, batchBytes) / 2);
        for (int i = batch.size() - 1; i >= 0; i--) queue.addFirst(batch.get(i));
        queueBytes += batchBytes;
        done();
        return true;
    }

    ClusterException gaveUp(String topic) {
        Kind kind = maybeDone || state == State.IN_FLIGHT ? Kind.OUTCOME_UNKNOWN : Kind.UNREACHABLE;
        String fate = kind == Kind.OUTCOME_UNKNOWN ? " may or may not be in the log" : " were not written";
        return new ClusterException(
                kind,
                "gave up on partition " + partition + " of topic " + topic + ": " + batch.size() + " records" + fate
                        + " (" + lastFailure + "). 'curia topics describe " + topic
                        + "' shows its leader; --timeout waits longer.");
    }

    /** A floor under the size, so that many empty records count too. */
    private static long bytes(Record record) {
        return record.getSerializedSize() + 16L;
    }
}
