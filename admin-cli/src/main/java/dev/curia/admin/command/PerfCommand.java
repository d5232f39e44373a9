package dev.curia.admin.command;

import picocli.CommandLine.Command;

/** The group of commands that measure. */
@Command(
        name = "perf",
        description =
                "Measure what the cluster does: throughput, latency of acknowledgements, latency from end to end.",
        synopsisSubcommandLabel = "COMMAND")
final class PerfCommand extends CommandGroup {}
