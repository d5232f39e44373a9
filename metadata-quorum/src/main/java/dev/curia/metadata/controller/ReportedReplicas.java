package dev.curia.metadata.controller;

import dev.curia.common.id.PartitionId;
import dev.curia.metadata.decide.ReplicaHealth;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * What brokers have said of their replicas to this controller. Loop-confined; not logged: a new controller hears it again, and until
 * then counts on no replica of that broker. Outlives a broken stream, as the broker's epoch does.
 */
final class ReportedReplicas implements ReplicaHealth {
    private static final long NEVER = -1;

    private static final class Report {
        final long epoch;
        long version = NEVER;
        long settledVersion = NEVER; // what it says up to here is acted on
        Map<PartitionId, Long> offlineSince = Map.of(); // versions
        Set<PartitionId> full = Set.of();

        Report(long epoch) {
            this.epoch = epoch;
        }
    }

    private final Map<Integer, Report> byBroker = new HashMap<>();

    @Override
    public boolean isOnline(int brokerId, PartitionId partition) {
        Report report = byBroker.get(brokerId);
        return report != null && report.version != NEVER && !report.offlineSince.containsKey(partition);
    }

    @Override
    public boolean isFull(int brokerId, PartitionId partition) {
        Report report = byBroker.get(brokerId);
        return report != null && report.full.contains(partition);
    }

    @Override
    public boolean hasRoom(int brokerId) {
        Report report = byBroker.get(brokerId);
        return report != null && report.full.isEmpty();
    }

    @Override
    public boolean anyFull() {
        return byBroker.values().stream().anyMatch(report -> !report.full.isEmpty());
    }

    /** A broker registered with this epoch: what an earlier process of it said is void. */
    void registered(int brokerId, long epoch) {
        Report report = byBroker.get(brokerId);
        if (report == null || report.epoch != epoch) byBroker.put(brokerId, new Report(epoch));
    }

    /** A report of a registered broker; an older one than is known changes nothing. */
    void put(int brokerId, long version, Map<PartitionId, Long> offlineSince, Set<PartitionId> full) {
        Report report = byBroker.get(brokerId);
        if (report == null || version < report.version) return;
        report.version = version;
        report.offlineSince = offlineSince;
        report.full = full;
    }

    /** The version of the newest report that waits to be acted on; -1: none does. */
    long unsettled(int brokerId) {
        Report report = byBroker.get(brokerId);
        return report == null || report.settledVersion == report.version ? NEVER : report.version;
    }

    Set<PartitionId> offline(int brokerId) {
        Report report = byBroker.get(brokerId);
        return report == null ? Set.of() : report.offlineSince.keySet();
    }

    /** The offline ones that went offline after what is acted on, in the order of the report. */
    Set<PartitionId> fresh(int brokerId) {
        Set<PartitionId> fresh = new LinkedHashSet<>();
        Report report = byBroker.get(brokerId);
        if (report == null) return fresh;
        report.offlineSince.forEach((id, since) -> {
            if (since > report.settledVersion) fresh.add(id);
        });
        return fresh;
    }

    void settled(int brokerId, long epoch, long version) {
        Report report = byBroker.get(brokerId);
        if (report != null && report.epoch == epoch) report.settledVersion = Math.max(report.settledVersion, version);
    }

    /** 0: nothing was reported, or nothing is acted on yet. */
    long settledVersion(int brokerId) {
        Report report = byBroker.get(brokerId);
        return report == null ? 0 : Math.max(0, report.settledVersion);
    }

    void forget(int brokerId) {
        byBroker.remove(brokerId);
    }

    void clear() {
        byBroker.clear();
    }
}
