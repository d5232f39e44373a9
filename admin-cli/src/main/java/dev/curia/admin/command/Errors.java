package dev.curia.admin.command;

import dev.curia.admin.client.ClusterException;
import java.io.IOException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Prints what went wrong, for people, and chooses the exit code. */
final class Errors implements IExecutionExceptionHandler, IParameterExceptionHandler {
    private final CuriaCommand root;

    Errors(CuriaCommand root) {
        this.root = root;
    }

    @Override
    public int handleParseException(ParameterException failure, String[] arguments) {
        CommandLine command = failure.getCommandLine();
        say(String.valueOf(failure.getMessage()));
        if (!UnmatchedArgumentException.printSuggestions(failure, command.getErr())) {
            command.getErr().println(command.getHelp().synopsis(0).stripTrailing());
        }
        command.getErr().println("See '" + command.getCommandSpec().qualifiedName() + " --help'.");
        trace(failure);
        return ExitCode.USAGE;
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        if (failure instanceof ClusterException refused) {
            say(String.valueOf(refused.getMessage()));
            trace(failure);
            return ExitCode.of(refused.kind());
        }
        if (failure instanceof IOException) {
            say(String.valueOf(failure.getMessage()));
            trace(failure);
            return ExitCode.REFUSED;
        }
        say("internal error: " + failure + (root.verbose() ? "" : " (--verbose prints where)"));
        trace(failure);
        return ExitCode.INTERNAL;
    }

    private void say(String message) {
        root.terminal().err().println("curia: " + message);
    }

    private void trace(Exception failure) {
        if (root.verbose()) failure.printStackTrace(root.terminal().err());
    }
}
