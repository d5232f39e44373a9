package dev.curia.admin.view;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Writes a completion script for fish from the model of the commands; picocli has one for bash and zsh only. Stateless. */
public final class FishCompletion {
    private FishCompletion() {}

    /** @param root whose name is that of the program */
    public static String of(CommandSpec root) {
        String program = root.name();
        List<String> paths = new ArrayList<>();
        StringBuilder rules = new StringBuilder();
        write(program, root, "", paths, rules);
        return "# Completion of " + program + " for fish. Made by '" + program + " completion fish'.\n"
                + "set -g __" + program + "_commands "
                + paths.stream().map(FishCompletion::quoted).collect(Collectors.joining(" ")) + "\n\n"
                + "# Whether the words before the cursor name just this command; options and their values do not count.\n"
                + "function __" + program + "_at\n"
                + "    set -l words (commandline -opc)\n"
                + "    set -e words[1]\n"
                + "    set -l at ''\n"
                + "    for word in $words\n"
                + "        if contains -- \"$at $word\" $__" + program + "_commands\n"
                + "            set at \"$at $word\"\n"
                + "        end\n"
                + "    end\n"
                + "    test \"$at\" = \"$argv[1]\"\n"
                + "end\n\n"
                + rules;
    }

    private static void write(
            String program, CommandSpec command, String path, List<String> paths, StringBuilder rules) {
        String head = "complete -c " + program + " -n " + quoted("__" + program + "_at " + quoted(path));
        for (Map.Entry<String, CommandLine> member : command.subcommands().entrySet()) {
            CommandSpec spec = member.getValue().getCommandSpec();
            rules.append(head)
                    .append(" -f -a ")
                    .append(member.getKey())
                    .append(described(spec.usageMessage().description()))
                    .append('\n');
        }
        for (OptionSpec option : command.options()) {
            if (option.hidden()) continue;
            rules.append(head);
            for (String name : option.names()) {
                rules.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
            }
            rules.append(values(option)).append(described(option.description())).append('\n');
        }
        for (Map.Entry<String, CommandLine> member : command.subcommands().entrySet()) {
            String inner = path + " " + member.getKey();
            paths.add(inner);
            write(program, member.getValue().getCommandSpec(), inner, paths, rules);
        }
    }

    private static String values(OptionSpec option) {
        if (option.arity().min() == 0) return "";
        Iterable<String> candidates = option.completionCandidates();
        if (candidates == null) return " -r";
        String words = StreamSupport.stream(candidates.spliterator(), false).collect(Collectors.joining(" "));
        return " -x -a " + quoted(words);
    }

    private static String described(String[] description) {
        if (description.length == 0) return "";
        String first = description[0].replace("%n", " ");
        int end = first.indexOf(". ");
        return " -d " + quoted(end < 0 ? first : first.substring(0, end + 1));
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
