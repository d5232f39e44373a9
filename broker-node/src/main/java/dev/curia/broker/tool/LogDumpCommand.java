package dev.curia.broker.tool;

import dev.curia.log.inspect.LogDump;
import dev.curia.log.inspect.LogTree;
import dev.curia.log.io.FileSystem;
import dev.curia.log.io.NioFileSystem;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code curia log dump}. */
@Command(
        name = "dump",
        header = "Show what the files hold: segments, batches, records, indexes, producers.",
        description = {
            "Show what the files of a log hold: its segments batch by batch, and on demand records, index entries and"
                    + " producers; of a log directory its checkpoints too. A single file is shown whole.",
            "",
            "In place of kafka-dump-log: --files FILE is PATH, --print-data-log is --records (and works too),"
                    + " --deep-iteration is implied by it, --index-sanity-check is 'curia log index-check'."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  curia log dump .curia/standalone/logs --summary",
            "  curia log dump .curia/standalone/logs/orders-0 --records --from-offset 100 --to-offset 110",
            "  curia log dump .curia/standalone/logs/orders-0/00000000000000000000.timeindex",
            "  curia log dump .curia/standalone/logs/orders-0 --records --json"
        })
final class LogDumpCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // by picocli
    private LogTarget target;

    @Option(
            names = {"-r", "--records", "--print-data-log"},
            description = "Show the records of every batch.")
    private boolean records;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "text",
            description =
                    "Keys, values and headers as text, hex or base64 (default: ${DEFAULT-VALUE}). As text, bytes that are"
                            + " no readable UTF-8 are shown as \\xNN.")
    @SuppressWarnings("NullAway.Init") // by picocli
    private BytesFormat format;

    @Option(
            names = "--max-bytes",
            paramLabel = "N",
            defaultValue = "200",
            description =
                    "Show no more than N bytes of each key, value and header (default: ${DEFAULT-VALUE}; 0: all).")
    private int maxBytes;

    @Option(names = "--from-offset", paramLabel = "OFFSET", description = "Only what reaches this offset.")
    private long fromOffset;

    @Option(
            names = "--to-offset",
            paramLabel = "OFFSET",
            defaultValue = "9223372036854775807",
            description = "Only what begins below this offset.",
            showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER)
    private long toOffset;

    @Option(names = "--indexes", description = "Show the entries of offset, time and transaction indexes.")
    private boolean indexes;

    @Option(names = "--producers", description = "Show producer snapshots.")
    private boolean producers;

    @Option(names = "--summary", description = "Only segments, not their batches.")
    private boolean summary;

    @Override
    public Integer call() {
        if (fromOffset < 0 || toOffset <= fromOffset) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--from-offset " + fromOffset + " --to-offset " + toOffset
                            + " selects nothing: expected 0 or more, and a higher end.");
        }
        if (maxBytes < 0) {
            throw new ParameterException(spec.commandLine(), "--max-bytes " + maxBytes + ": expected 0 or more.");
        }
        return LogCommand.guarded(spec.commandLine(), this::dump);
    }

    private int dump(Output out) throws IOException {
        FileSystem files = new NioFileSystem();
        LogTree tree = target.open(files);
        LogDump.Selection selection =
                new LogDump.Selection(!summary, records, indexes, producers, fromOffset, toOffset);
        ShownBytes bytes = new ShownBytes(format, maxBytes == 0 ? Integer.MAX_VALUE : maxBytes);
        new LogDump(files, selection, target.json() ? new DumpJson(out, bytes) : new DumpText(out, bytes)).dump(tree);
        return LogExitCode.OK;
    }
}
