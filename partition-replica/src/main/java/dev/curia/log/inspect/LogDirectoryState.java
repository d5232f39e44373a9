package dev.curia.log.inspect;

import dev.curia.common.id.TopicPartition;
import dev.curia.log.DirectoryFacts;
import dev.curia.log.DirectoryFacts.Checkpoint;
import dev.curia.log.io.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What a log directory's own files say. Immutable.
 *
 * @param path the directory
 * @param identity empty: {@code meta.properties} is missing or damaged
 * @param stoppedCleanly whether the last process that used it closed all its logs
 */
public record LogDirectoryState(
        Path path,
        Optional<DirectoryFacts.Identity> identity,
        boolean stoppedCleanly,
        OptionalLong brokerEpoch,
        Map<Checkpoint, Map<TopicPartition, Long>> offsets) {
    // Kafka's internal topics are compacted.
    private static final Set<String> COMPACTED =
            Set.of("__consumer_offsets", "__transaction_state", "__share_group_state");

    /** Reads them; what cannot be read is reported and counts as missing. */
    static LogDirectoryState read(FileSystem files, Path path, Findings findings) {
        Optional<DirectoryFacts.Identity> identity = Optional.empty();
        Path properties = path.resolve(DirectoryFacts.META_PROPERTIES);
        try {
            identity = DirectoryFacts.identity(files, path);
            if (identity.isEmpty()) {
                String message = "Is missing: nothing tells to which cluster and node the directory belongs.";
                findings.add(Finding.damage("meta-properties", properties, message, Remedies.RESTORE));
            }
        } catch (IOException e) {
            findings.add(Finding.damage("meta-properties", properties, message(e), Remedies.RESTORE));
        }
        Map<Checkpoint, Map<TopicPartition, Long>> offsets = new EnumMap<>(Checkpoint.class);
        for (Checkpoint checkpoint : Checkpoint.values()) {
            offsets.put(checkpoint, offsets(files, path, checkpoint, findings));
        }
        OptionalLong epoch = OptionalLong.empty();
        boolean clean = DirectoryFacts.stoppedCleanly(files, path);
        Path shutdown = path.resolve(".kafka_cleanshutdown");
        try {
            epoch = DirectoryFacts.cleanShutdownBrokerEpoch(files, path);
            if (clean && epoch.isEmpty()) {
                findings.add(Finding.note("clean-shutdown", shutdown, "Names no broker epoch."));
            }
        } catch (IOException e) {
            findings.add(Finding.note("clean-shutdown", shutdown, "Cannot be read: " + message(e)));
        }
        return new LogDirectoryState(path, identity, clean, epoch, offsets);
    }

    /** In the order of the file. */
    public Map<TopicPartition, Long> offsets(Checkpoint checkpoint) {
        return offsets.getOrDefault(checkpoint, Map.of());
    }

    Promises of(TopicPartition name) {
        return new Promises(
                true,
                stoppedCleanly,
                offsets(Checkpoint.RECOVERY_POINT).getOrDefault(name, 0L),
                offset(Checkpoint.LOG_START_OFFSET, name),
                offset(Checkpoint.HIGH_WATERMARK, name),
                isCompacted(name));
    }

    private boolean isCompacted(TopicPartition name) {
        return COMPACTED.contains(name.topic())
                || offsets(Checkpoint.CLEANER).containsKey(name)
                || offsets(Checkpoint.DELETES_REMOVED).containsKey(name);
    }

    private OptionalLong offset(Checkpoint checkpoint, TopicPartition name) {
        Long offset = offsets(checkpoint).get(name);
        return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
    }

    private static Map<TopicPartition, Long> offsets(
            FileSystem files, Path path, Checkpoint checkpoint, Findings findings) {
        Path file = path.resolve(checkpoint.fileName());
        try {
            Map<TopicPartition, Long> offsets = DirectoryFacts.offsets(files, path, checkpoint);
            offsets.forEach((name, offset) -> {
                if (offset >= 0) return;
                String message = "Has offset " + offset + " for " + name + ".";
                findings.add(Finding.damage("checkpoint", file, message, Remedies.RESTORE));
            });
            return offsets;
        } catch (IOException e) {
            findings.add(Finding.damage("checkpoint", file, message(e), Remedies.RESTORE));
            return Map.of();
        }
    }

    private static String message(IOException e) {
        return String.valueOf(e.getMessage());
    }
}
