package dev.curia.broker.tool;

import dev.curia.common.id.TopicPartition;
import dev.curia.log.DirectoryFacts.Identity;
import dev.curia.log.batch.BatchView;
import dev.curia.log.batch.RecordLister.LoggedHeader;
import dev.curia.log.batch.RecordLister.LoggedRecord;
import dev.curia.log.epoch.EpochHistory;
import dev.curia.log.inspect.AbortedTransactions.Aborted;
import dev.curia.log.inspect.DumpSink;
import dev.curia.log.inspect.LogDirectoryState;
import dev.curia.log.inspect.Markers;
import dev.curia.log.inspect.PartitionFiles;
import dev.curia.log.inspect.SegmentScan;
import dev.curia.log.producer.SnapshotReader.Producer;
import dev.curia.log.segment.SparseIndex;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Files as tables for people. */
final class DumpText implements DumpSink {
    private static final String[] CODECS = {"none", "gzip", "snappy", "lz4", "zstd"};

    private final Output out;
    private final ShownBytes bytes;
    private String batchFormat = "";
    private @Nullable Path file;
    private boolean begun;

    DumpText(Output out, ShownBytes bytes) {
        this.out = out;
        this.bytes = bytes;
    }

    @Override
    public void directory(LogDirectoryState state) throws IOException {
        title("Log directory " + state.path());
        Optional<Identity> identity = state.identity();
        if (identity.isPresent()) {
            out.line("  cluster.id    " + identity.get().clusterId());
            out.line("  node.id       " + identity.get().nodeId());
            out.line("  directory.id  " + identity.get().directoryId());
        }
        String epoch = state.brokerEpoch().isPresent()
                ? ", broker epoch " + state.brokerEpoch().getAsLong()
                : "";
        out.line("  last stop     " + (state.stoppedCleanly() ? "clean" + epoch : "not clean, or still running"));
    }

    @Override
    public void checkpoint(Path from, TopicPartition partition, long offset) throws IOException {
        if (begins(from)) out.line("  " + from.getFileName() + ":");
        out.line(String.format(Locale.ROOT, "    %-40s  %d", partition, offset));
    }

    @Override
    public void partition(PartitionFiles files, String topicId) throws IOException {
        title("Partition " + files.label());
        out.line("  topic id      " + topicId);
        out.line("  segments      " + files.segments().size());
        if (!files.others().isEmpty()) {
            List<String> names = files.others().stream()
                    .map(other -> String.valueOf(other.getFileName()))
                    .toList();
            out.text(Text.wrap("other files   " + String.join(", ", names), "  ", "                "));
        }
    }

    @Override
    public void malformed(Path damaged, String what) throws IOException {
        out.text(Text.wrap(damaged + ": " + what, "! ", "  "));
    }

    @Override
    public void epoch(Path from, EpochHistory.Entry entry) throws IOException {
        if (begins(from)) out.line("  leader epochs (epoch, start offset):");
        out.line("    " + entry.epoch() + "  " + entry.startOffset());
    }

    @Override
    public void segment(SegmentScan scan, long baseOffset) throws IOException {
        title(scan.path().getFileName() + "  " + Text.bytes(scan.fileBytes()));
        file = null;
        int position =
                Math.max("POSITION".length(), Long.toString(scan.fileBytes()).length());
        batchFormat = "  %-" + position + "s  %-15s  %5s  %5s  %7s  %-6s  %-24s  %s";
    }

    @Override
    public void batch(SegmentScan scan) throws IOException {
        if (begins(scan.path())) {
            out.line(String.format(
                    Locale.ROOT,
                    batchFormat,
                    "POSITION",
                    "OFFSETS",
                    "COUNT",
                    "EPOCH",
                    "BYTES",
                    "CODEC",
                    "NEWEST TIME",
                    "PRODUCER"));
        }
        BatchView batch = scan.batch();
        String offsets = batch.baseOffset() + "-" + batch.lastOffset();
        out.line(String.format(
                        Locale.ROOT,
                        batchFormat,
                        scan.position(),
                        offsets,
                        batch.recordCount(),
                        batch.leaderEpoch(),
                        batch.sizeInBytes(),
                        codec(batch),
                        Text.time(batch.maxTimestamp()),
                        producerAndFlags(scan))
                .stripTrailing());
    }

    @Override
    public void record(LoggedRecord record, boolean control) throws IOException {
        StringBuilder line =
                new StringBuilder("    | ").append(record.offset()).append("  ").append(Text.time(record.timestamp()));
        if (record.sequence() >= 0) line.append("  seq ").append(record.sequence());
        if (control) {
            out.line(line.append("  marker: ").append(Markers.text(record)).toString());
            return;
        }
        if (record.key() != null) line.append("  key ").append(bytes.text(record.key()));
        line.append("  value ").append(bytes.text(record.value()));
        for (LoggedHeader header : record.headers()) {
            line.append("  header ").append(header.key()).append('=').append(bytes.text(header.value()));
        }
        out.line(line.toString());
    }

    @Override
    public void noRecord(String why) throws IOException {
        out.line("    ! no more records: " + why);
    }

    @Override
    public void stretch(SegmentScan scan) throws IOException {
        String what = scan.isZeros() ? "zeros" : "no batch: " + scan.defect();
        out.text(Text.wrap(scan.bytes() + " bytes at position " + scan.position() + ": " + what, "! ", "  "));
    }

    @Override
    public void index(Path index, long entries, int trailingBytes) throws IOException {
        title(index.getFileName() + "  " + Text.count(entries) + (entries == 1 ? " entry" : " entries"));
        if (trailingBytes > 0) out.line("! " + trailingBytes + " bytes at the end are no whole entry");
    }

    @Override
    public void offsetEntry(Path index, long baseOffset, SparseIndex.Entry entry) throws IOException {
        out.line(String.format(Locale.ROOT, "  offset %-12d  position %d", baseOffset + entry.key(), entry.value()));
    }

    @Override
    public void timeEntry(Path index, long baseOffset, SparseIndex.Entry entry) throws IOException {
        out.line(String.format(
                Locale.ROOT,
                "  time %s (%d)  offset %d",
                Text.time(entry.key()),
                entry.key(),
                baseOffset + entry.value()));
    }

    @Override
    public void abortedTransaction(Path index, Aborted aborted) throws IOException {
        out.line(String.format(
                Locale.ROOT,
                "  producer %-8d  offsets %d-%d  last stable offset %d",
                aborted.producerId(),
                aborted.firstOffset(),
                aborted.lastOffset(),
                aborted.lastStableOffset()));
    }

    @Override
    public void snapshot(Path snapshot, long offset, List<Producer> producers) throws IOException {
        title(snapshot.getFileName() + "  " + Text.of(producers.size(), "producer") + " before offset " + offset);
        for (Producer producer : producers) {
            String open = producer.currentTxnFirstOffset() < 0
                    ? ""
                    : "  open transaction from " + producer.currentTxnFirstOffset();
            out.line(String.format(
                    Locale.ROOT,
                    "  %-8d  epoch %-5d  last sequence %-8d  last offset %-10d  %s%s",
                    producer.producerId(),
                    producer.producerEpoch(),
                    producer.lastSequence(),
                    producer.lastOffset(),
                    Text.time(producer.lastTimestamp()),
                    open));
        }
    }

    static String codec(BatchView batch) {
        return batch.codec() < CODECS.length ? CODECS[batch.codec()] : "?" + batch.codec();
    }

    private static String producerAndFlags(SegmentScan scan) {
        BatchView batch = scan.batch();
        StringBuilder text = new StringBuilder();
        if (!scan.crcOk()) text.append("CHECKSUM WRONG ");
        if (batch.hasProducerId()) {
            text.append(batch.producerId()).append(':').append(batch.producerEpoch());
            if (batch.baseSequence() >= 0) {
                text.append(':').append(batch.baseSequence()).append('-').append(batch.lastSequence());
            }
        }
        if (batch.isControl()) text.append(" control");
        else if (batch.isTransactional()) text.append(" txn");
        if (batch.isLogAppendTime()) text.append(" append-time");
        if (batch.hasDeleteHorizon()) text.append(" delete-horizon");
        return text.toString().strip();
    }

    private void title(String text) throws IOException {
        if (begun) out.line("");
        begun = true;
        file = null;
        out.line(text);
    }

    /** Whether this is the first line of a file. */
    private boolean begins(Path from) {
        boolean first = !from.equals(file);
        file = from;
        return first;
    }
}
