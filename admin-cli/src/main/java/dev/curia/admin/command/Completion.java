package dev.curia.admin.command;

import dev.curia.admin.view.FishCompletion;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;

/** {@code curia completion}. */
@Command(
        name = "completion",
        description = "Print a script that completes commands and options in a shell.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  source <(curia completion bash)",
            "  source <(curia completion zsh)",
            "  curia completion fish > ~/.config/fish/completions/curia.fish"
        })
final class Completion implements Callable<Integer> {
    private final CuriaCommand curia;

    @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Shell shell;

    /** The shells that are known. */
    enum Shell {
        bash,
        zsh,
        fish
    }

    Completion(CuriaCommand curia) {
        this.curia = curia;
    }

    @Override
    public Integer call() {
        CommandLine line = whole(curia.surroundings());
        curia.print(
                switch (shell) {
                    case bash, zsh -> AutoComplete.bash("curia", line); // which knows how to be read by zsh
                    case fish -> FishCompletion.of(line.getCommandSpec());
                });
        return ExitCode.OK;
    }

    /** With the commands that another part of the program runs. */
    private static CommandLine whole(Surroundings surroundings) {
        CommandLine line = CuriaCommand.commandLine(surroundings);
        line.addSubcommand(
                "standalone", elsewhere("Run a quorum node and a broker in this process.", "--data-dir", "--set"));
        line.addSubcommand("server", elsewhere("Run a node as a file says.", "--config", "--set"));
        CommandSpec log = elsewhere("Show and check files of a stopped broker.");
        for (String member : new String[] {"dump", "verify", "index-check"}) log.addSubcommand(member, elsewhere(""));
        line.addSubcommand("log", log);
        Objects.requireNonNull(line.getSubcommands().get("quorum"))
                .addSubcommand("recover", elsewhere("Make the only node that is left the whole quorum.", "--config"));
        return line;
    }

    private static CommandSpec elsewhere(String description, String... options) {
        CommandSpec spec = CommandSpec.create();
        spec.usageMessage().description(description);
        for (String option : options) {
            spec.addOption(
                    OptionSpec.builder(option).arity("1").type(String.class).build());
        }
        return spec;
    }
}
