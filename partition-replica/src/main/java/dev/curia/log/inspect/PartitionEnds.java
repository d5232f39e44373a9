package dev.curia.log.inspect;

import dev.curia.log.DirectoryFacts;
import dev.curia.log.io.FileSystem;
import dev.curia.log.segment.SegmentFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Compares where a log begins and ends with what the other files say of it, and looks at the files that hold no records. */
final class PartitionEnds {
    private final FileSystem files;
    private final PartitionFiles partition;
    private final Promises promises;
    private final Findings findings;

    PartitionEnds(FileSystem files, PartitionFiles partition, Promises promises, Findings findings) {
        this.files = files;
        this.partition = partition;
        this.promises = promises;
        this.findings = findings;
    }

    /**
     * @param start of the first record; -1: there is no segment
     * @param end behind the last record; -1: there is no segment
     * @param bytes of all segments
     * @param cut whether the next start cuts off the end
     * @param epochsExpected whether there are records that the epoch file must tell of
     */
    void check(long start, long end, long bytes, boolean cut, EpochCheck epochs, boolean epochsExpected) {
        checkMetadata(bytes);
        checkFiles();
        if (start < 0) {
            findings.add(Finding.note("no-segment", partition.directory(), "The directory holds no segment."));
        }
        checkEpochs(end, epochs, epochsExpected);
        if (!promises.known()) return;
        boolean damaged = findings.count(Severity.DAMAGE) > 0;
        if (!damaged && promises.recoveryPoint() > Math.max(end, 0)) {
            damage(
                    DirectoryFacts.Checkpoint.RECOVERY_POINT.fileName(),
                    "All records before offset " + promises.recoveryPoint()
                            + " were flushed, but the log ends at offset " + Math.max(end, 0)
                            + ": the last segment was shortened or lost.");
        } else if (!damaged && !cut && promises.highWatermark().orElse(0) > Math.max(end, 0)) {
            findings.add(new Finding(
                    promises.clean() ? Severity.DAMAGE : Severity.REPAIR,
                    "records-missing",
                    partition.directory(),
                    -1,
                    end,
                    "Records up to offset " + promises.highWatermark().orElse(0)
                            + " were committed, but the log ends at offset " + Math.max(end, 0) + ".",
                    "Nothing to do while an in-sync replica has them: this one fetches what it lacks."));
        }
        if (!damaged) checkStart(Math.max(end, 0));
    }

    private void checkStart(long end) {
        if (promises.logStartOffset().isEmpty()) return;
        long stored = promises.logStartOffset().getAsLong();
        String file = DirectoryFacts.Checkpoint.LOG_START_OFFSET.fileName();
        if (stored > end) {
            damage(
                    file,
                    "The log is said to start at offset " + stored + ", but it ends at " + end
                            + ": the next start would drop all of its segments.");
        }
        // After an unclean stop the file may not know yet that retention removed segments.
        boolean shortened = promises.clean()
                && !partition.hasPendingSwap()
                && !partition.segments().isEmpty()
                && partition.segments().first() > stored;
        if (shortened) {
            damage(
                    file,
                    "The log is said to start at offset " + stored + ", but its first segment begins at "
                            + partition.segments().first() + ": a segment was lost.");
        }
    }

    private void damage(String checkpoint, String message) {
        findings.add(new Finding(
                Severity.DAMAGE,
                "records-missing",
                partition.directory(),
                -1,
                -1,
                message + " (" + checkpoint + ")",
                Remedies.REBUILD));
    }

    private void checkMetadata(long bytes) {
        Path file = partition.directory().resolve(DirectoryFacts.PARTITION_METADATA);
        try {
            if (DirectoryFacts.topicId(files, partition.directory()).isPresent()) return;
            if (bytes > 0) {
                findings.add(Finding.damage(
                        "partition-metadata",
                        file,
                        "Is missing: nothing tells to which topic, by id, the records belong.",
                        Remedies.RESTORE));
            } else {
                findings.add(
                        Finding.note("partition-metadata", file, "Is missing: the partition was never completed."));
            }
        } catch (IOException e) {
            findings.add(Finding.damage("partition-metadata", file, String.valueOf(e.getMessage()), Remedies.RESTORE));
        }
    }

    private void checkFiles() {
        for (String kind : List.of(SegmentFiles.OFFSET_INDEX, SegmentFiles.TIME_INDEX, SegmentFiles.TXN_INDEX)) {
            for (long base : partition.files(kind)) {
                if (partition.segments().contains(base)) continue;
                findings.add(Finding.note(
                        "index-without-segment",
                        partition.file(base, kind),
                        "Is the index of a segment that is not here."));
            }
        }
        if (partition.hasPendingSwap()) {
            String message = "A compaction was about to put new segments in place: the next start finishes that.";
            findings.add(Finding.note("unfinished-swap", partition.directory(), message));
        }
        for (Path file : partition.others()) {
            findings.add(Finding.note("other-file", file, "Belongs to no segment: left over, or not of this log."));
        }
    }

    /** @param expected whether there are records that the file must tell of */
    private void checkEpochs(long end, EpochCheck epochs, boolean expected) {
        if (!epochs.isPresent()) {
            boolean malformed = files.exists(epochs.file());
            if (expected && promises.known() && !malformed) {
                findings.add(new Finding(
                        promises.clean() ? Severity.DAMAGE : Severity.REPAIR,
                        "epoch-file",
                        epochs.file(),
                        -1,
                        -1,
                        "Is missing: nothing tells which leader wrote what, and so where this log parts from a leader's.",
                        Remedies.REBUILD));
            }
            return;
        }
        String beyond = findings.count(Severity.DAMAGE) > 0 ? null : epochs.beyond(Math.max(end, 0));
        if (beyond == null) return;
        findings.add(new Finding(
                Severity.REPAIR,
                "epoch-file",
                epochs.file(),
                -1,
                -1,
                "The file " + beyond + ".",
                "Nothing to do: the next start drops the entry."));
    }
}
