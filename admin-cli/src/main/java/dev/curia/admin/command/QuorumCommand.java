package dev.curia.admin.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The group of commands on the metadata quorum. */
@Command(
        name = "quorum",
        description = "The metadata quorum.",
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "%nOn the node itself, stopped:%n",
        footer = {
            "  recover      Make the only node that is left the whole quorum. The last resort; see 'curia quorum recover --help'."
        })
final class QuorumCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "Missing command: expected one of status, add, remove, replace, transfer, recover.");
    }
}
