package dev.curia.log.inspect;

import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.log.DirectoryFacts;
import dev.curia.log.io.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Checks logs without changing anything: each batch's checksum and header, the order of offsets and leader epochs, indexes, producer
 * snapshots and checkpoints against the records, and the small files. Reads every segment once. Not thread-safe.
 */
public final class LogVerifier {
    private final FileSystem files;
    private final Options options;
    private final Sink sink;
    private final LongConsumer progress;

    /**
     * What to check.
     *
     * @param decodeRecords decompress and decode every record too
     * @param compacted take every topic for a compacted one, in whose logs offsets may be missing
     */
    public record Options(boolean decodeRecords, boolean compacted) {}

    /** Hears what is found, in the order of the files. */
    public interface Sink {
        /** @param partition null: it is about the log directory */
        void finding(@Nullable PartitionFiles partition, Finding finding);

        void partition(PartitionSummary summary);
    }

    /** @param progress hears, now and then, how many bytes of segments were passed since it last heard */
    public LogVerifier(FileSystem files, Options options, Sink sink, LongConsumer progress) {
        this.files = files;
        this.options = options;
        this.sink = sink;
        this.progress = progress;
    }

    /** The sum of all partitions, and of what was found beside them. */
    public PartitionSummary verify(LogTree tree) {
        Findings beside = new Findings(tree.whole() ? finding -> sink.finding(null, finding) : finding -> {});
        LogDirectoryState state =
                tree.logDirectory() == null ? null : LogDirectoryState.read(files, tree.logDirectory(), beside);
        if (tree.whole() && state != null) checkDirectory(tree, state, beside);
        beside.finish();
        PartitionSummary total = PartitionSummary.NONE;
        if (tree.whole()) total = total.plus(countsOf(beside));
        for (PartitionFiles partition : tree.partitions()) {
            Promises promises = promises(partition, state);
            Findings findings = new Findings(finding -> sink.finding(partition, finding));
            PartitionVerifier verifier =
                    new PartitionVerifier(files, partition, promises, options.decodeRecords(), findings, progress);
            PartitionSummary summary = verifier.verify(tree.only() == null);
            sink.partition(summary);
            total = total.plus(summary);
        }
        return total;
    }

    private Promises promises(PartitionFiles partition, @Nullable LogDirectoryState state) {
        Optional<TopicPartition> name = partition.name();
        Promises known = state == null || name.isEmpty() ? Promises.UNKNOWN : state.of(name.get());
        return options.compacted() || partition.hasPendingSwap() ? known.ofCompacted() : known;
    }

    private void checkDirectory(LogTree tree, LogDirectoryState state, Findings findings) {
        for (Path other : tree.others()) {
            findings.add(Finding.note("other-file", other, "Is no partition: left over, or not of this directory."));
        }
        Map<String, Uuid> topicIds = new HashMap<>();
        for (PartitionFiles partition : tree.partitions()) {
            String topic = partition.name().map(TopicPartition::topic).orElse("");
            Uuid id = topicId(partition);
            Uuid other = id == null ? null : topicIds.putIfAbsent(topic, id);
            if (other == null || other.equals(id)) continue;
            Path file = partition.directory().resolve(DirectoryFacts.PARTITION_METADATA);
            String message = "Names topic id " + id + ", another partition of " + topic + " names " + other + ".";
            findings.add(Finding.damage("topic-id", file, message, Remedies.RESTORE));
        }
        for (DirectoryFacts.Checkpoint checkpoint : DirectoryFacts.Checkpoint.values()) {
            Set<TopicPartition> absent = new HashSet<>(state.offsets(checkpoint).keySet());
            tree.partitions().forEach(partition -> partition.name().ifPresent(absent::remove));
            if (absent.isEmpty()) continue;
            Path file = state.path().resolve(checkpoint.fileName());
            String message = "Names " + absent.size() + " partitions that are not here.";
            findings.add(Finding.note("checkpoint-of-absent", file, message));
        }
    }

    private @Nullable Uuid topicId(PartitionFiles partition) {
        try {
            return DirectoryFacts.topicId(files, partition.directory()).orElse(null);
        } catch (IOException e) {
            return null; // Reported with the partition.
        }
    }

    private static PartitionSummary countsOf(Findings findings) {
        return new PartitionSummary(
                null,
                0,
                0,
                0,
                0,
                -1,
                -1,
                0,
                0,
                findings.count(Severity.NOTE),
                findings.count(Severity.REPAIR),
                findings.count(Severity.DAMAGE));
    }
}
