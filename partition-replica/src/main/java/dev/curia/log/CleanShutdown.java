package dev.curia.log;

import dev.curia.common.id.TopicPartition;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the last process left a directory, and how this one will. A stop is clean only if every partition is as a clean stop leaves it: also one
 * that was not opened since an unclean stop, and so was not scanned, keeps the directory unclean. Thread-safe.
 */
final class CleanShutdown {
    private static final Logger LOG = LoggerFactory.getLogger(CleanShutdown.class);
    private static final int NAMED = 5;

    private final CleanShutdownFile file;
    private final boolean before;
    private final OptionalLong brokerEpochBefore;
    /** Partitions that are, or may be, not as a clean stop leaves them. */
    private final Set<TopicPartition> unclean = ConcurrentHashMap.newKeySet();

    CleanShutdown(CleanShutdownFile file) throws IOException {
        this.file = file;
        this.before = file.exists();
        this.brokerEpochBefore = file.brokerEpoch();
    }

    /** Whether the last process stopped cleanly. */
    boolean before() {
        return before;
    }

    /** With which broker epoch; empty: it did not, or never had one. */
    OptionalLong brokerEpochBefore() {
        return brokerEpochBefore;
    }

    /** From now on the directory counts as not stopped cleanly. Durable; before anything is written to a log. */
    void begin() throws IOException {
        file.delete();
    }

    /** This partition was not stopped cleanly, or is about to be opened here. */
    void unclean(TopicPartition name) {
        unclean.add(name);
    }

    /** Everything of a log is in its files, and nothing is written to it any more. */
    void clean(TopicPartition name) {
        unclean.remove(name);
    }

    /**
     * The last word on a directory.
     *
     * @param brokerEpoch of this process; -1: it never registered, and was no broker of another epoch than the one before
     * @param present what partitions the directory holds
     */
    void end(long brokerEpoch, Collection<TopicPartition> present) throws IOException {
        List<TopicPartition> left = present.stream().filter(unclean::contains).toList();
        if (left.isEmpty()) {
            file.write(brokerEpoch >= 0 ? brokerEpoch : brokerEpochBefore.orElse(-1));
            return;
        }
        LOG.warn(
                "{} partitions were not opened since an unclean stop, or not closed: {}{}. The next start scans what was not flushed",
                left.size(),
                left.stream().limit(NAMED).map(String::valueOf).collect(Collectors.joining(", ")),
                left.size() > NAMED ? ", …" : "");
    }
}
