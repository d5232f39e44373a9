package dev.curia.replica.node;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.TopicPartition;
import dev.curia.replica.ReplicaAssignment;
import dev.curia.replica.ReplicaTroubles;
import dev.curia.replica.state.OfflineCause;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Which replicas cannot be used, or take no appends, and how much of that the controller has acted on. Thread-safe. */
final class OfflineRegistry {
    private static final Logger LOG = LoggerFactory.getLogger(OfflineRegistry.class);

    // Guarded by this.
    private final Map<TopicPartition, Entry> entries = new HashMap<>();
    private Set<PartitionId> full = Set.of();
    private long version;
    private long actedVersion;

    // Follows the others, when asked for.
    private ReplicaTroubles report = new ReplicaTroubles(0, Map.of(), Set.of());

    /**
     * Immutable.
     *
     * @param assignment the newest known
     * @param since the version of the report that first names it
     * @param acted whether the assignment is from after the controller acted on such a report
     */
    record Entry(ReplicaAssignment assignment, OfflineCause cause, String reason, long since, boolean acted) {}

    /**
     * Notes that the replica is offline, for this cause from now on.
     *
     * @return whether that is news
     */
    synchronized boolean put(ReplicaAssignment assignment, OfflineCause cause, String reason) {
        Optional<Entry> before =
                find(assignment.name()).filter(entry -> entry.assignment.id().equals(assignment.id()));
        boolean news = before.isEmpty() || before.get().cause != cause;
        if (news) {
            boolean lost = cause == OfflineCause.DAMAGED || cause == OfflineCause.BROKEN;
            LOG.atLevel(lost ? Level.ERROR : Level.WARN)
                    .log("{} ({}) is offline, {}: {}", assignment.name(), assignment.id(), cause, reason);
        }
        if (before.isEmpty()) version++;
        entries.put(
                assignment.name(),
                new Entry(
                        before.map(entry -> newer(entry.assignment, assignment)).orElse(assignment),
                        cause,
                        reason,
                        before.map(Entry::since).orElse(version),
                        before.map(Entry::acted).orElse(false)));
        return news;
    }

    /** Notes a newer assignment of an offline replica; empty: the replica is not offline. */
    synchronized Optional<Entry> update(ReplicaAssignment assignment) {
        Entry before = entries.get(assignment.name());
        if (before == null || !before.assignment.id().equals(assignment.id())) return Optional.empty();
        Entry now = new Entry(
                newer(before.assignment, assignment), before.cause, before.reason, before.since, before.acted);
        entries.put(assignment.name(), now);
        return Optional.of(now);
    }

    synchronized Optional<Entry> find(TopicPartition name) {
        return Optional.ofNullable(entries.get(name));
    }

    synchronized Optional<Entry> find(PartitionId id) {
        return entries.values().stream()
                .filter(entry -> entry.assignment.id().equals(id))
                .findFirst();
    }

    synchronized List<Entry> all() {
        return List.copyOf(entries.values());
    }

    synchronized int size() {
        return entries.size();
    }

    /** The replica can be used, or is no longer assigned here. */
    synchronized boolean remove(TopicPartition name) {
        if (entries.remove(name) == null) return false;
        version++;
        return true;
    }

    /** The controller acted on the report of this version. */
    synchronized void acted(long reported) {
        actedVersion = Math.max(actedVersion, reported);
    }

    /**
     * What that did to this partition is in its assignment now: called in the order of assignments.
     *
     * @return the entry as it is then; empty: the replica is not offline
     */
    synchronized Optional<Entry> settle(TopicPartition name) {
        Entry before = entries.get(name);
        if (before == null || before.acted || before.since > actedVersion) return Optional.ofNullable(before);
        Entry now = new Entry(before.assignment, before.cause, before.reason, before.since, true);
        entries.put(name, now);
        return Optional.of(now);
    }

    /**
     * Notes which replicas take no appends for want of space.
     *
     * @return whether that is news
     */
    synchronized boolean full(Set<PartitionId> now) {
        if (now.equals(full)) return false;
        full = Set.copyOf(now);
        version++;
        return true;
    }

    synchronized ReplicaTroubles report() {
        if (report.version() != version) {
            Map<PartitionId, Long> since = new HashMap<>();
            entries.values().forEach(entry -> since.put(entry.assignment.id(), entry.since));
            report = new ReplicaTroubles(version, since, full);
        }
        return report;
    }

    private static ReplicaAssignment newer(ReplicaAssignment one, ReplicaAssignment other) {
        return other.partitionEpoch() >= one.partitionEpoch() ? other : one;
    }
}
