package dev.curia.metadata.ratis;

import dev.curia.metadata.event.EventSettings;
import java.time.Duration;

/**
 * What may be tuned in the metadata log. Immutable.
 *
 * @param electionTimeout a follower that hears no leader for this time to twice this time starts an election
 * @param firstElectionTimeout the same right after the start, when nobody can be leading yet
 * @param snapshotThreshold entries applied since the last snapshot that cause the next; bounds the replay at start
 * @param segmentBytes size of a log file; a purge deletes whole files
 * @param purgePreservation entries kept in the log although a snapshot has them, so that a short absence needs none
 * @param snapshotChunkBytes size of the pieces a snapshot is sent in
 * @param events how much of the journal is kept
 * @param snapshotOnClose whether an orderly stop leaves a snapshot, so that the next start replays nothing
 */
public record QuorumTuning(
        Duration electionTimeout,
        Duration firstElectionTimeout,
        int snapshotThreshold,
        int segmentBytes,
        int purgePreservation,
        int snapshotChunkBytes,
        boolean snapshotOnClose,
        EventSettings events) {
    /** For production. */
    public static final QuorumTuning DEFAULT = new QuorumTuning(
            Duration.ofMillis(500),
            Duration.ofMillis(200),
            100_000,
            16 << 20,
            20_000,
            1 << 20,
            true,
            EventSettings.DEFAULT);

    /** With the default journal. */
    public QuorumTuning(
            Duration electionTimeout,
            Duration firstElectionTimeout,
            int snapshotThreshold,
            int segmentBytes,
            int purgePreservation,
            int snapshotChunkBytes,
            boolean snapshotOnClose) {
        this(
                electionTimeout,
                firstElectionTimeout,
                snapshotThreshold,
                segmentBytes,
                purgePreservation,
                snapshotChunkBytes,
                snapshotOnClose,
                EventSettings.DEFAULT);
    }

    public QuorumTuning {
        requirePositive("the election timeout", electionTimeout.toMillis());
        requirePositive("the first election timeout", firstElectionTimeout.toMillis());
        requirePositive("the snapshot threshold", snapshotThreshold);
        requirePositive("the segment size", segmentBytes);
        requirePositive("the snapshot chunk size", snapshotChunkBytes);
    }

    public QuorumTuning withElectionTimeout(Duration timeout) {
        return new QuorumTuning(
                timeout,
                firstElectionTimeout,
                snapshotThreshold,
                segmentBytes,
                purgePreservation,
                snapshotChunkBytes,
                snapshotOnClose,
                events);
    }

    public QuorumTuning withEvents(EventSettings settings) {
        return new QuorumTuning(
                electionTimeout,
                firstElectionTimeout,
                snapshotThreshold,
                segmentBytes,
                purgePreservation,
                snapshotChunkBytes,
                snapshotOnClose,
                settings);
    }

    private static void requirePositive(String what, long value) {
        if (value <= 0) throw new IllegalArgumentException(what + " must be positive, not " + value);
    }
}
