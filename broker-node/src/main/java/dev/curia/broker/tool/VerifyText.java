package dev.curia.broker.tool;

import dev.curia.log.inspect.Finding;
import dev.curia.log.inspect.LogTree;
import dev.curia.log.inspect.PartitionFiles;
import dev.curia.log.inspect.PartitionSummary;
import dev.curia.log.inspect.Severity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A verification as a table, with what was found below each row. */
final class VerifyText implements VerifyReport {
    private static final int LONGEST_LABEL = 40;

    private final Output out;
    private final LogTree tree;
    private final boolean quiet;
    private final Runnable beforeOutput;
    private final String format;
    private boolean headed;
    private final List<Finding> pending = new ArrayList<>();

    /** @param beforeOutput runs before lines are written, to take away what else is on the terminal */
    VerifyText(Output out, LogTree tree, boolean quiet, Runnable beforeOutput) {
        this.out = out;
        this.tree = tree;
        this.quiet = quiet;
        this.beforeOutput = beforeOutput;
        int longest = tree.partitions().stream()
                .mapToInt(partition -> partition.label().length())
                .max()
                .orElse(0);
        int width = Math.max("PARTITION".length(), Math.min(LONGEST_LABEL, longest));
        this.format = "%-" + width + "s  %8s  %9s  %11s  %10s  %-19s  %s";
    }

    @Override
    public void begin(long bytes, boolean stoppedCleanly) throws IOException {
        String stop = tree.logDirectory() == null
                ? "no checkpoints: everything counts as flushed"
                : stoppedCleanly ? "stopped cleanly" : "not stopped cleanly: the next start scans what was not flushed";
        String what =
                tree.partitions().size() == 1 ? "" : Text.of(tree.partitions().size(), "partition") + ", ";
        out.text(Text.wrap(tree.root() + ": " + what + Text.bytes(bytes) + "; " + stop, "", "  "));
        out.line("");
    }

    @Override
    public void finding(@Nullable PartitionFiles partition, Finding finding) {
        if (partition != null) {
            pending.add(finding);
            return;
        }
        write(() -> show(finding, true));
    }

    @Override
    public void partition(PartitionSummary summary) {
        boolean found = pending.stream().anyMatch(finding -> finding.severity() != Severity.NOTE);
        write(() -> {
            if (!quiet || found) {
                headings();
                String offsets =
                        summary.segments() == 0 ? "none" : summary.startOffset() + " to " + summary.endOffset();
                out.line(row(
                        String.valueOf(summary.label()),
                        Text.count(summary.segments()),
                        Text.count(summary.batches()),
                        Text.count(summary.records()),
                        Text.bytes(summary.bytes()),
                        offsets,
                        result(summary)));
                for (int i = 0; i < pending.size(); i++) {
                    boolean sameFollows = i + 1 < pending.size()
                            && Objects.equals(
                                    pending.get(i).remedy(), pending.get(i + 1).remedy());
                    show(pending.get(i), !sameFollows);
                }
            }
            pending.clear();
        });
    }

    @Override
    public void end(PartitionSummary total, long nanos, int exitCode) throws IOException {
        beforeOutput.run();
        if (tree.partitions().size() != 1) {
            headings();
            out.line(row(
                    "Total",
                    Text.count(total.segments()),
                    Text.count(total.batches()),
                    Text.count(total.records()),
                    Text.bytes(total.bytes()),
                    "",
                    result(total)));
        }
        out.line("");
        double seconds = Math.max(1e-3, nanos / 1e9);
        String rate = Text.bytes((long) (total.bytes() / seconds));
        String read =
                String.format(Locale.ROOT, "Read %s in %.1f s (%s/s). ", Text.bytes(total.bytes()), seconds, rate);
        out.text(Text.wrap(read + verdict(total), "", ""));
    }

    private static String verdict(PartitionSummary total) {
        if (total.damages() > 0) {
            return "Damage in " + Text.of(total.damages(), "place")
                    + (total.repairs() > 0 ? ", " + Text.count(total.repairs()) + " to repair" : "")
                    + ": records that were flushed, or what tells which they are, are broken or missing.";
        }
        if (total.repairs() > 0) {
            return total.repairs() + " to repair; nothing that was flushed is damaged.";
        }
        return "Nothing is wrong.";
    }

    private static String result(PartitionSummary summary) {
        if (summary.damages() > 0) return "DAMAGED";
        if (summary.unflushedBytes() > 0) return "unflushed end";
        if (summary.repairs() > 0) return "to repair";
        return summary.notes() > 0 ? "ok, " + Text.of(summary.notes(), "note") : "ok";
    }

    private void show(Finding finding, boolean withRemedy) throws IOException {
        String label =
                String.format(Locale.ROOT, "  %-6s ", finding.severity().name().toLowerCase(Locale.ROOT));
        if (finding.severity() == Severity.DAMAGE) label = label.toUpperCase(Locale.ROOT);
        StringBuilder where = new StringBuilder(name(finding.file()));
        if (finding.position() >= 0) where.append(" at position ").append(finding.position());
        if (finding.offset() >= 0) where.append(", offset ").append(finding.offset());
        String indent = " ".repeat(label.length());
        out.text(Text.wrap(where + ": " + finding.message(), label, indent));
        String remedy = finding.remedy();
        if (remedy != null && withRemedy)
            out.text(Text.wrap(Character.toUpperCase(remedy.charAt(0)) + remedy.substring(1), indent, indent));
    }

    /** Relative to what was asked for, as far as possible. */
    private String name(Path file) {
        Path root = tree.whole() || tree.only() == null
                ? tree.root()
                : tree.root().toAbsolutePath().getParent();
        Path absolute = file.toAbsolutePath().normalize();
        Path base = root == null ? absolute : root.toAbsolutePath().normalize();
        if (!absolute.startsWith(base)) return file.toString();
        String name = base.relativize(absolute).toString();
        return name.isEmpty() ? String.valueOf(absolute.getFileName()) : name;
    }

    private void headings() throws IOException {
        if (headed) return;
        headed = true;
        out.line(row("PARTITION", "SEGMENTS", "BATCHES", "RECORDS", "BYTES", "OFFSETS", "RESULT"));
    }

    private String row(Object... cells) {
        return String.format(Locale.ROOT, format, cells);
    }

    private void write(LogCommandWrite lines) {
        beforeOutput.run();
        try {
            lines.run();
            out.flush();
        } catch (IOException e) {
            throw new Ended(e);
        }
    }

    @FunctionalInterface
    private interface LogCommandWrite {
        void run() throws IOException;
    }
}
