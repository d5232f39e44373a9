package dev.curia.broker.tool;

import dev.curia.common.time.Clock;
import dev.curia.log.DirectoryFacts;
import dev.curia.log.inspect.LogTree;
import dev.curia.log.inspect.LogVerifier;
import dev.curia.log.inspect.PartitionSummary;
import dev.curia.log.io.FileSystem;
import dev.curia.log.io.NioFileSystem;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code curia log verify}. */
@Command(
        name = "verify",
        header = "Check every batch and index, and all that is told of the records elsewhere.",
        description = {
            "The checksum and header of every batch, the order of offsets and leader epochs, and all that is told"
                    + " of the records elsewhere: in indexes, producer snapshots, epochs and checkpoints. Reads every segment"
                    + " once, changes nothing, and tells damage from the unflushed end that a crash leaves."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  curia log verify .curia/standalone/logs",
            "  curia log verify .curia/standalone/logs/orders-0 --deep",
            "  curia log verify .curia/standalone/logs --json | grep '\"severity\":\"damage\"'",
            "",
            "See 'curia log --help' for exit codes."
        })
final class LogVerifyCommand implements Callable<Integer> {
    private final Clock clock;
    private final boolean terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // by picocli
    private LogTarget target;

    @Option(
            names = {"--deep", "--deep-iteration"},
            description = "Decompress and decode every record too.")
    private boolean deep;

    @Option(
            names = "--compacted",
            description =
                    "Offsets may be missing in every topic, as compaction leaves them. Without this only where the"
                            + " files tell of compaction.")
    private boolean compacted;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print only partitions that something was found in, and the total.")
    private boolean quiet;

    LogVerifyCommand(Clock clock, boolean terminal) {
        this.clock = clock;
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        return LogCommand.guarded(spec.commandLine(), this::verify);
    }

    private int verify(Output out) throws IOException {
        FileSystem files = new NioFileSystem();
        LogTree tree = target.open(files);
        target.requireSegments(tree, spec.commandLine());
        long bytes = LogTarget.bytes(files, tree);
        try (ProgressLine progress = new ProgressLine(spec.commandLine().getErr(), terminal, clock, bytes)) {
            VerifyReport report = target.json()
                    ? new VerifyJson(out, tree, quiet)
                    : new VerifyText(out, tree, quiet, progress::clear);
            report.begin(
                    bytes, tree.logDirectory() != null && DirectoryFacts.stoppedCleanly(files, tree.logDirectory()));
            LogVerifier.Options options = new LogVerifier.Options(deep, compacted);
            long started = clock.monotonicNanos();
            PartitionSummary total = new LogVerifier(files, options, report, progress::advance).verify(tree);
            int exitCode = exitCode(total);
            report.end(total, clock.monotonicNanos() - started, exitCode);
            return exitCode;
        } catch (VerifyReport.Ended e) {
            throw e.cause();
        }
    }

    private static int exitCode(PartitionSummary total) {
        if (total.damages() > 0) return LogExitCode.DAMAGE;
        return total.repairs() > 0 ? LogExitCode.REPAIR : LogExitCode.OK;
    }
}
