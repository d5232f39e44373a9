package dev.curia.broker.fetch;

import dev.curia.common.time.Clock;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchMetadata;

/**
 * The fetch sessions of this broker's readers (KIP-227). Bounded in sessions and in partitions: when full, a session that was not used
 * for two minutes makes room; if there is none, the new reader gets no session and sends all its partitions each time. Thread-safe.
 */
public final class FetchSessions {
    private static final Duration MIN_IDLE_TO_EVICT = Duration.ofMinutes(2);

    private final int maxSessions;
    private final int maxPartitions;
    private final Clock clock;
    private final RandomGenerator random;

    // Guarded by this; least recently used first.
    private final LinkedHashMap<Integer, Slot> slots = new LinkedHashMap<>(16, 0.75f, true);
    private long partitions;

    /** @param partitions counted for this session when it was last used */
    private record Slot(FetchSession session, long usedNanos, int partitions) {}

    /**
     * @param maxSessions remembered at most
     * @param maxPartitions over all sessions
     */
    public FetchSessions(int maxSessions, int maxPartitions, Clock clock, RandomGenerator random) {
        this.maxSessions = maxSessions;
        this.maxPartitions = maxPartitions;
        this.clock = clock;
        this.random = random;
    }

    /**
     * Finds what a request is about.
     *
     * @param sessionId and {@code epoch} as in the request
     * @param byTopicId whether the request names topics by id
     * @param asked partitions added or changed, or all of them
     */
    public synchronized FetchTurn begin(
            int sessionId, int epoch, boolean byTopicId, List<FetchPartition> asked, List<FetchKey> forgotten) {
        if (epoch == FetchMetadata.FINAL_EPOCH || epoch == FetchMetadata.INITIAL_EPOCH) {
            remove(sessionId);
            return epoch == FetchMetadata.FINAL_EPOCH ? FetchTurn.withoutSession(asked) : open(byTopicId, asked);
        }
        Slot slot = slots.get(sessionId);
        if (slot == null) return FetchTurn.refused(Errors.FETCH_SESSION_ID_NOT_FOUND);
        FetchSession session = slot.session;
        Errors error = session.advance(epoch, byTopicId, asked, forgotten);
        if (error != Errors.NONE) return FetchTurn.refused(error);
        remove(sessionId);
        int size = session.size();
        if (size == 0 || partitions + size > maxPartitions) return FetchTurn.withoutSession(session.asked());
        put(session, size);
        return FetchTurn.within(session, false);
    }

    /** Sessions now; for metrics. */
    public synchronized int size() {
        return slots.size();
    }

    private FetchTurn open(boolean byTopicId, List<FetchPartition> asked) {
        if (asked.isEmpty() || !makeRoom(asked.size())) return FetchTurn.withoutSession(asked);
        int id;
        do {
            id = random.nextInt(1, Integer.MAX_VALUE);
        } while (slots.containsKey(id));
        FetchSession session = new FetchSession(id, byTopicId, asked);
        put(session, session.size());
        return FetchTurn.within(session, true);
    }

    private void put(FetchSession session, int size) {
        slots.put(session.id, new Slot(session, clock.monotonicNanos(), size));
        partitions += size;
    }

    private void remove(int sessionId) {
        Slot slot = slots.remove(sessionId);
        if (slot != null) partitions -= slot.partitions;
    }

    private boolean makeRoom(int wanted) {
        long now = clock.monotonicNanos();
        Iterator<Map.Entry<Integer, Slot>> oldest = slots.entrySet().iterator();
        while ((slots.size() >= maxSessions || partitions + wanted > maxPartitions) && oldest.hasNext()) {
            Slot slot = oldest.next().getValue();
            if (now - slot.usedNanos < MIN_IDLE_TO_EVICT.toNanos()) return false;
            oldest.remove();
            partitions -= slot.partitions;
        }
        return slots.size() < maxSessions && partitions + wanted <= maxPartitions;
    }
}
