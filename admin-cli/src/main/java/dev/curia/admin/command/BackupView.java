package dev.curia.admin.command;

import dev.curia.backup.MetadataBackup;
import dev.curia.proto.metadata.v1.BackupHeader;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.proto.metadata.v1.MetadataRecord.KindCase;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What people and programs see of a backup. Immutable. */
final class BackupView {
    private final Map<String, Object> values;

    private BackupView(Map<String, Object> values) {
        this.values = values;
    }

    static BackupView of(MetadataBackup backup, long bytes) {
        BackupHeader header = backup.header();
        Map<String, Integer> levels = new TreeMap<>();
        for (MetadataRecord record : backup.records()) {
            if (record.hasFeatureLevel()) {
                levels.put(
                        record.getFeatureLevel().getName(),
                        record.getFeatureLevel().getLevel());
            }
        }
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("cluster_id", header.getClusterId());
        values.put("saved_at", Instant.ofEpochMilli(header.getSavedAtMs()).toString());
        values.put("saved_by", header.getBuild());
        values.put("index", header.getIndex());
        values.put("features", levels);
        values.put("brokers", count(backup, KindCase.BROKER_REGISTRATION));
        values.put("topics", count(backup, KindCase.TOPIC));
        values.put("partitions", count(backup, KindCase.PARTITION));
        values.put("settings", count(backup, KindCase.CONFIG));
        values.put("quotas", count(backup, KindCase.CLIENT_QUOTA));
        values.put("credentials", count(backup, KindCase.SCRAM_CREDENTIAL));
        values.put("acls", count(backup, KindCase.ACL));
        values.put("bytes", bytes);
        return new BackupView(values);
    }

    private static long count(MetadataBackup backup, KindCase kind) {
        return backup.records().stream()
                .filter(record -> record.getKindCase() == kind)
                .count();
    }

    Map<String, Object> values() {
        return values;
    }

    /** A line for each. */
    String text() {
        return values.entrySet().stream()
                .map(entry -> "%-12s %s%n".formatted(entry.getKey().replace('_', ' '), shown(entry.getValue())))
                .collect(Collectors.joining());
    }

    private static String shown(Object value) {
        if (!(value instanceof Map<?, ?> levels)) return value.toString();
        return levels.entrySet().stream()
                .map(level -> level.getKey() + "=" + level.getValue())
                .collect(Collectors.joining(", "));
    }
}
