package dev.curia.admin.command;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that only holds others: by itself it is wrong usage. */
abstract class CommandGroup implements Runnable {
    private final List<String> elsewhere;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    /** @param elsewhere members that another part of the program runs */
    CommandGroup(String... elsewhere) {
        this.elsewhere = List.of(elsewhere);
    }

    @Override
    public void run() {
        List<String> members = new ArrayList<>(spec.subcommands().keySet());
        members.addAll(elsewhere);
        throw new ParameterException(
                spec.commandLine(), "Missing command: expected one of " + String.join(", ", members) + ".");
    }
}
