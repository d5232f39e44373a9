package dev.curia.broker.tool;

import dev.curia.common.text.Json;
import dev.curia.log.inspect.Finding;
import dev.curia.log.inspect.LogTree;
import dev.curia.log.inspect.PartitionFiles;
import dev.curia.log.inspect.PartitionSummary;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A verification as JSON, an object a line. */
final class VerifyJson implements VerifyReport {
    private final Output out;
    private final LogTree tree;
    private final boolean quiet;

    VerifyJson(Output out, LogTree tree, boolean quiet) {
        this.out = out;
        this.tree = tree;
        this.quiet = quiet;
    }

    @Override
    public void begin(long bytes, boolean stoppedCleanly) throws IOException {
        if (quiet) return;
        out.line(Json.compact(Json.object()
                .put("type", "begin")
                .put("path", tree.root().toString())
                .put("partitions", tree.partitions().size())
                .put("bytes", bytes)
                .put("checkpoints", tree.logDirectory() != null)
                .put("stoppedCleanly", stoppedCleanly)));
    }

    @Override
    public void finding(@Nullable PartitionFiles partition, Finding finding) {
        write(finding(partition == null ? null : partition.label(), finding));
    }

    /** Of every command that finds something. */
    static Json.Obj finding(@Nullable String partition, Finding finding) {
        return Json.object()
                .put("type", "finding")
                .put("severity", finding.severity().name().toLowerCase(Locale.ROOT))
                .put("problem", finding.problem())
                .put("partition", partition)
                .put("file", finding.file().toString())
                .put("position", finding.position() < 0 ? null : finding.position())
                .put("offset", finding.offset() < 0 ? null : finding.offset())
                .put("message", finding.message())
                .put("remedy", finding.remedy());
    }

    @Override
    public void partition(PartitionSummary summary) {
        if (!quiet || summary.damages() + summary.repairs() > 0) write(summary("partition", summary));
    }

    @Override
    public void end(PartitionSummary total, long nanos, int exitCode) throws IOException {
        out.line(
                Json.compact(summary("total", total).put("seconds", nanos / 1e9).put("exitCode", exitCode)));
    }

    private static Json.Obj summary(String type, PartitionSummary summary) {
        Json.Obj json = Json.object().put("type", type);
        if (summary.label() != null) {
            json.put("partition", summary.label())
                    .put("startOffset", summary.startOffset())
                    .put("endOffset", summary.endOffset());
        }
        return json.put("segments", summary.segments())
                .put("batches", summary.batches())
                .put("records", summary.records())
                .put("bytes", summary.bytes())
                .put("gaps", summary.gaps())
                .put("unflushedBytes", summary.unflushedBytes())
                .put("notes", summary.notes())
                .put("repairs", summary.repairs())
                .put("damages", summary.damages());
    }

    private void write(Json.Obj json) {
        try {
            out.line(Json.compact(json));
        } catch (IOException e) {
            throw new Ended(e);
        }
    }
}
