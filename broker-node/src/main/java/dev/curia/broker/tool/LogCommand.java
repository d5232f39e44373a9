package dev.curia.broker.tool;

import dev.curia.common.time.Clock;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code curia log}: the commands on the files of a stopped broker. */
@Command(
        name = "log",
        description = {
            "Look into the files of a stopped broker: segments, indexes, producers, epochs. Nothing is changed.",
            "",
            "Kafka's users know this as kafka-dump-log."
        },
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Nothing is wrong.",
            "1:The files could not be looked at: the message says why.",
            "2:Wrong usage.",
            "3:Nothing that was promised is lost, but there is something to repair: an index, a producer snapshot, or the end"
                    + " of a log that was never flushed and is cut at the next start.",
            "4:Damage: records that were flushed, or what tells which they are, are broken or missing.",
            "70:A fault of this program."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  curia log verify .curia/standalone/logs",
            "  curia log dump .curia/standalone/logs/orders-0 --records",
            "  curia log index-check .curia/standalone/logs"
        })
public final class LogCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec spec;

    private LogCommand() {}

    /**
     * The command with its subcommands.
     *
     * @param terminal whether the error output is a terminal, on which progress may be shown
     */
    public static CommandLine commandLine(Clock clock, boolean terminal) {
        CommandLine line = new CommandLine(new LogCommand())
                .addSubcommand(new LogDumpCommand())
                .addSubcommand(new LogVerifyCommand(clock, terminal))
                .addSubcommand(new LogIndexCheckCommand(clock, terminal));
        return line.setUsageHelpWidth(Text.WIDTH).setCaseInsensitiveEnumValuesAllowed(true);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command: expected one of dump, verify, index-check.");
    }

    /** Runs what reads files, and says for people why it cannot. */
    static int guarded(CommandLine line, Work work) {
        PrintWriter err = line.getErr();
        Output out = new Output(line.getOut());
        try {
            int exitCode = work.run(out);
            out.flush();
            return exitCode;
        } catch (Output.ClosedPipe e) {
            return LogExitCode.OK;
        } catch (IOException e) {
            line.getOut().flush();
            String.valueOf(e.getMessage()).lines().forEach(text -> err.println("curia: " + text));
            err.flush();
            return LogExitCode.FAILED;
        }
    }

    /** Answers the exit code. */
    @FunctionalInterface
    interface Work {
        int run(Output out) throws IOException;
    }
}
