package dev.curia.broker.tool;

import dev.curia.common.text.Json;
import dev.curia.common.time.Clock;
import dev.curia.log.inspect.Finding;
import dev.curia.log.inspect.IndexChecker;
import dev.curia.log.inspect.LogTree;
import dev.curia.log.inspect.PartitionFiles;
import dev.curia.log.io.FileSystem;
import dev.curia.log.io.NioFileSystem;
import dev.curia.log.segment.SegmentFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code curia log index-check}. */
@Command(
        name = "index-check",
        header = "Compare indexes with the records, and say what making them anew would correct.",
        description = {
            "Compare the indexes of every segment with its records, and say what an index made anew would correct.",
            "",
            "An index is made anew from the records when its file is removed while the broker is stopped."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  curia log index-check .curia/standalone/logs",
            "  curia log index-check .curia/standalone/logs/orders-0/00000000000000000000.index",
            "",
            "See 'curia log --help' for exit codes."
        })
final class LogIndexCheckCommand implements Callable<Integer> {
    private static final String FORMAT = "%-44s  %10s  %14s  %14s  %s";

    private final Clock clock;
    private final boolean terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // by picocli
    private LogTarget target;

    @Option(
            names = "--index-interval-bytes",
            paramLabel = "BYTES",
            defaultValue = "4096",
            description =
                    "The topic's index.interval.bytes (default: ${DEFAULT-VALUE}), to know how many entries a new index"
                            + " would have.")
    private int intervalBytes;

    LogIndexCheckCommand(Clock clock, boolean terminal) {
        this.clock = clock;
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        return LogCommand.guarded(spec.commandLine(), this::check);
    }

    private int check(Output out) throws IOException {
        FileSystem files = new NioFileSystem();
        LogTree tree = target.open(files);
        target.requireSegments(tree, spec.commandLine());
        long bytes = LogTarget.bytes(files, tree);
        try (ProgressLine progress = new ProgressLine(spec.commandLine().getErr(), terminal, clock, bytes)) {
            Report report = new Report(out, progress);
            if (!target.json()) {
                out.line(String.format(
                        Locale.ROOT, FORMAT, "SEGMENT", "BYTES", "OFFSET ENTRIES", "TIME ENTRIES", "RESULT"));
            }
            new IndexChecker(files, intervalBytes, report, progress::advance).check(tree);
            progress.clear();
            return report.end();
        } catch (VerifyReport.Ended e) {
            throw e.cause();
        }
    }

    private final class Report implements IndexChecker.Sink {
        private final Output out;
        private final ProgressLine progress;
        private final List<Finding> pending = new ArrayList<>();
        private long segments;
        private long wrong;
        private long remade;
        private long sparse;

        Report(Output out, ProgressLine progress) {
            this.out = out;
            this.progress = progress;
        }

        @Override
        public void finding(PartitionFiles partition, Finding finding) {
            if (!target.json()) pending.add(finding);
            else write(Json.compact(VerifyJson.finding(partition.label(), finding)));
        }

        @Override
        public void segment(IndexChecker.Row row) {
            segments++;
            if (row.wrong() > 0 && row.remade()) remade++;
            else if (row.wrong() > 0) wrong++;
            else if (row.sparse()) sparse++;
            if (target.json()) {
                write(json(row));
                return;
            }
            String name = SegmentFiles.of(target.path(), row.baseOffset(), "").getFileName() + "";
            write(String.format(
                    Locale.ROOT,
                    FORMAT,
                    row.partition() + "/" + name,
                    Text.bytes(row.bytes()),
                    entries(row.offsetEntries(), row.offsetEntriesAnew()),
                    entries(row.timeEntries(), row.timeEntriesAnew()),
                    result(row)));
            for (Finding finding : pending) {
                String where = finding.file().getFileName()
                        + (finding.position() < 0 ? "" : " at position " + finding.position());
                writeText(Text.wrap(where + ": " + finding.message(), "    ", "    "));
            }
            pending.clear();
        }

        int end() throws IOException {
            int exitCode = wrong > 0 ? LogExitCode.REPAIR : LogExitCode.OK;
            if (target.json()) {
                out.line(Json.compact(Json.object()
                        .put("type", "total")
                        .put("segments", segments)
                        .put("wrong", wrong)
                        .put("madeAnewAtNextStart", remade)
                        .put("sparse", sparse)
                        .put("exitCode", exitCode)));
                return exitCode;
            }
            out.line("");
            String text = Text.of(segments, "segment") + ": ";
            if (wrong + remade + sparse == 0) text += "all indexes agree with the records.";
            if (wrong > 0) {
                text += Text.count(wrong)
                        + " with a wrong index. Remove the index files named above while the broker is"
                        + " stopped: they are made anew at its next start. ";
            }
            if (remade > 0) text += Text.count(remade) + " whose indexes the next start makes anew by itself. ";
            if (sparse > 0) {
                text += Text.count(sparse) + " with far fewer entries than index.interval.bytes=" + intervalBytes
                        + " asks for: look-ups are right but read more. ";
            }
            out.text(Text.wrap(text.strip(), "", ""));
            return exitCode;
        }

        private void write(String line) {
            writeText(line + "\n");
        }

        private void writeText(String text) {
            progress.clear();
            try {
                out.text(text);
            } catch (IOException e) {
                throw new VerifyReport.Ended(e);
            }
        }
    }

    private static String entries(long present, long anew) {
        return present == anew ? Text.count(present) : Text.count(present) + " (" + Text.count(anew) + ")";
    }

    private static String result(IndexChecker.Row row) {
        if (row.wrong() > 0) return row.remade() ? "made anew at the next start" : "WRONG";
        return row.sparse() ? "ok, but sparse" : "ok";
    }

    private static String json(IndexChecker.Row row) {
        return Json.compact(Json.object()
                .put("type", "segment")
                .put("partition", row.partition())
                .put("baseOffset", row.baseOffset())
                .put("bytes", row.bytes())
                .put("offsetEntries", row.offsetEntries())
                .put("offsetEntriesAnew", row.offsetEntriesAnew())
                .put("timeEntries", row.timeEntries())
                .put("timeEntriesAnew", row.timeEntriesAnew())
                .put("abortedTransactions", row.abortedEntries())
                .put("wrong", row.wrong())
                .put("madeAnewAtNextStart", row.remade())
                .put("sparse", row.sparse()));
    }
}
