package dev.curia.admin.command;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Writes docs/cli.md from the model of the commands. */
final class CliPage {
    private CliPage() {}

    static String of(CommandSpec root) {
        StringBuilder page = new StringBuilder("""
                # The `curia` command
                Generated from the code. `curia COMMAND --help` says the same on the spot. Commands ask the quorum nodes' gRPC port (9094), and
                through it find the brokers. [coming-from-kafka.md](coming-from-kafka.md) maps Kafka's tools to these commands.

                """);
        page.append("## Every command takes\n\n").append(options(root, false)).append("\n");
        page.append("""
                A profile is a file of `key=value` lines in `~/.config/curia` (or `$XDG_CONFIG_HOME/curia`): `NAME.properties`, with `server`,
                `timeout` and `output`. `--profile NAME` or `CURIA_PROFILE` names it; `default` is taken when it is there and none is named. An option
                comes before the environment, and that before the profile. Where servers speak TLS ([security](security.md#tls-between-nodes)) it has
                `security.protocol=SSL` and `ssl.truststore.*`, `ssl.keystore.*` and `ssl.key.password`, with Kafka's names and meaning.
                Colours and redrawing are for terminals only; `NO_COLOR` turns colours off.

                ## Exit codes

                | code | meaning |
                | --- | --- |
                """);
        root.usageMessage().exitCodeList().forEach((code, text) -> page.append("| %s | %s |\n".formatted(code, text)));
        page.append("""

                When no server can be reached, or a broker's port was named, or there is no controller, the message says which and what to do, and the
                code is 3: nothing was changed. Code 4 means: look before you repeat it.
                """);
        commands(root, page);
        return page.toString();
    }

    private static void commands(CommandSpec parent, StringBuilder page) {
        for (CommandSpec command : members(parent)) {
            if (command.subcommands().isEmpty()) page.append(section(command));
            else commands(command, page);
        }
    }

    private static List<CommandSpec> members(CommandSpec parent) {
        List<CommandSpec> members = new ArrayList<>();
        for (Map.Entry<String, CommandLine> member : parent.subcommands().entrySet()) {
            CommandSpec spec = member.getValue().getCommandSpec();
            if (spec.name().equals(member.getKey())) members.add(spec); // else an alias
        }
        return members;
    }

    private static String section(CommandSpec command) {
        String name = command.qualifiedName();
        String aliases = command.aliases().length == 0
                ? ""
                : "Also: `" + command.parent().qualifiedName() + " " + String.join("`, `", command.aliases())
                        + "`.\n\n";
        StringBuilder section = new StringBuilder("\n## " + name + "\n" + aliases);
        section.append(Arrays.stream(command.usageMessage().description())
                        .filter(line -> !line.isEmpty())
                        .map(CliPage::text)
                        .collect(Collectors.joining("\n\n")))
                .append("\n\n");
        String positional = command.positionalParameters().stream()
                .map(parameter -> " " + label(parameter))
                .collect(Collectors.joining());
        section.append("    ")
                .append(name)
                .append(" [OPTIONS]")
                .append(positional)
                .append("\n\n");
        String own = options(command, true);
        if (!own.isEmpty()) section.append(own).append('\n');
        List<String> footer = Arrays.stream(command.usageMessage().footer())
                .map(line -> Ansi.OFF.string(line))
                .toList();
        if (!footer.isEmpty())
            section.append("```\n").append(String.join("\n", footer)).append("\n```\n");
        return section.toString();
    }

    private static String label(ArgSpec parameter) {
        String label = parameter.paramLabel() + (parameter.arity().max() > 1 ? "..." : "");
        return parameter.arity().min() == 0 ? "[" + label + "]" : label;
    }

    /** A table of its parameters and options, or only of its own. */
    private static String options(CommandSpec command, boolean own) {
        List<String> rows = new ArrayList<>();
        command.positionalParameters().forEach(parameter -> rows.add(row(label(parameter), parameter)));
        for (OptionSpec option : command.options()) {
            if (option.hidden()
                    || (own && option.inherited())
                    || (!own && option.longestName().equals("--version"))) continue;
            String names = String.join(", ", option.names());
            String value = option.arity().max() == 0
                    ? ""
                    : option.arity().min() == 0 ? "[=" + option.paramLabel() + "]" : " " + option.paramLabel();
            rows.add(row(names + value, option));
        }
        return rows.isEmpty() ? "" : "| option | meaning |\n| --- | --- |\n" + String.join("", rows);
    }

    private static String row(String name, ArgSpec argument) {
        return "| `%s` | %s |\n"
                .formatted(
                        name.replace("|", "\\|"),
                        text(String.join(" ", argument.description())).replace("|", "\\|"));
    }

    private static String text(String description) {
        return Ansi.OFF.string(description.replace("%n", " "));
    }
}
