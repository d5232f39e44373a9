package dev.curia.replica.lease;

import dev.curia.common.time.Clock;
import dev.curia.proto.replication.v1.ContactResponse;
import dev.curia.replica.port.LeaderLease;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * The lease that a broker's leaderships live on. Thread-safe.
 *
 * <p>A controller fences nobody before a session timeout has passed since it last heard of him, so a heartbeat that was answered is good for two
 * thirds of that from when it was sent; the rest is for clocks of different speed, and for the session that is given up then. It counts only
 * once the metadata that was committed when it was answered is applied here: it may say that another leads.
 *
 * <p>The quorum may be away for longer, and then nobody is elected and all should go on. To know that from being cut off alone, a broker asks
 * the others: while each that could be elected in its place says that it hears no controller either, and has no newer metadata, the
 * leadership stands. Saying so is a promise: should the other be elected all the same, it does not begin before the one who asked has stopped. (A leader lease as in Raft's, section 6.4.1 of Ongaro's thesis, with the followers as its quorum.)
 */
public final class ControllerLease implements LeaderLease {
    /** More heartbeats than are ever under way. */
    private static final int MAX_WAITING = 64;

    private final Clock clock;
    private final LongSupplier appliedIndex;
    private final LongSupplier newestIndex;
    private final ArrayDeque<Answered> waiting = new ArrayDeque<>(); // under this object's lock
    private final Map<Integer, Silent> silent = new ConcurrentHashMap<>(); // by broker
    private final Map<Integer, Long> promisedUntil = new ConcurrentHashMap<>(); // by broker that asked
    private final long startedNanos;
    private volatile long timeoutNanos = Duration.ofSeconds(3).toNanos();
    private volatile boolean unfenced;
    private volatile long sinceNanos; // counts with unfenced
    private volatile boolean heard;
    private volatile long heardNanos; // counts with heard

    /** A heartbeat that will count. */
    private record Answered(long sentNanos, long committedIndex) {}

    /** What another broker said. */
    private record Silent(long askedNanos, long metadataIndex) {}

    /**
     * @param appliedIndex of the metadata that this broker acts on
     * @param newestIndex of what it has received
     */
    public ControllerLease(Clock clock, LongSupplier appliedIndex, LongSupplier newestIndex) {
        this.clock = clock;
        this.appliedIndex = appliedIndex;
        this.newestIndex = newestIndex;
        this.startedNanos = clock.monotonicNanos();
    }

    /**
     * The controller answered a heartbeat that was sent at this monotonic time, and does not fence this broker.
     *
     * @param committedIndex the metadata index as of the answer
     */
    public synchronized void answered(long sentNanos, long committedIndex, Duration sessionTimeout) {
        hears();
        timeoutNanos = sessionTimeout.toNanos();
        if (waiting.size() == MAX_WAITING) waiting.removeLast();
        waiting.add(new Answered(sentNanos, committedIndex));
        settle();
    }

    /** The controller says that this broker leads nothing. */
    public synchronized void fenced() {
        hears();
        unfenced = false;
        waiting.clear();
    }

    private void hears() {
        heardNanos = clock.monotonicNanos();
        heard = true;
    }

    private synchronized void settle() {
        long applied = appliedIndex.getAsLong();
        for (Answered next = waiting.peek(); next != null && next.committedIndex <= applied; next = waiting.peek()) {
            waiting.remove();
            sinceNanos = next.sentNanos;
            unfenced = true;
        }
    }

    @Override
    public boolean holds(Collection<Integer> electable) {
        if (isFresh()) return true;
        settle();
        return isFresh() || (unfenced && electable.stream().allMatch(this::isSilent));
    }

    private boolean isFresh() {
        return unfenced && clock.monotonicNanos() - sinceNanos < timeoutNanos / 3 * 2;
    }

    private boolean isSilent(int broker) {
        Silent said = silent.get(broker);
        return said != null
                && clock.monotonicNanos() - said.askedNanos < timeoutNanos / 3
                && said.metadataIndex <= appliedIndex.getAsLong();
    }

    /** Whether the others should be asked. */
    boolean isEnding() {
        return unfenced && clock.monotonicNanos() - sinceNanos > timeoutNanos / 2;
    }

    /** Whether there is only the word of the others. */
    boolean isLent() {
        return unfenced && !isFresh();
    }

    /** What it says of itself when another broker asks. */
    public ContactResponse contact(int asker) {
        long now = clock.monotonicNanos();
        boolean hears = heard && now - heardNanos < timeoutNanos / 4;
        // Before the index is read: what is elected with a later one finds the promise.
        if (!hears) promisedUntil.put(asker, now + promiseNanos());
        return ContactResponse.newBuilder()
                .setHearsController(hears)
                .setMetadataIndex(newestIndex.getAsLong())
                .build();
    }

    @Override
    public long promisedNanos(int leader) {
        long now = clock.monotonicNanos();
        Long until = promisedUntil.get(leader);
        long known = until == null ? 0 : until - now;
        long earlierProcess = startedNanos + promiseNanos() - now; // may have promised as it died
        return Math.max(0, Math.max(known, earlierProcess));
    }

    @Override
    public long promiseNanos() {
        return timeoutNanos / 3;
    }

    /** A broker answered a question asked at this monotonic time. */
    void told(int broker, long askedNanos, ContactResponse said) {
        // One that hears a controller again still keeps what it promised before.
        if (!said.getHearsController()) silent.put(broker, new Silent(askedNanos, said.getMetadataIndex()));
    }

    long pollNanos() {
        return timeoutNanos / 12;
    }

    Duration silence() {
        return Duration.ofNanos(clock.monotonicNanos() - sinceNanos);
    }
}
