package dev.curia.admin.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.DocumentedCommands;
import dev.curia.testkit.DocumentedCommands.Line;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Every command that a page shows or mentions is one that there is, with options that it has. */
class DocumentedCommandsTest {
    private static final PrintStream NOWHERE =
            new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);

    private final CommandLine curia = CuriaCommand.commandLine(
            Run.surroundings(new Terminal(InputStream.nullInputStream(), NOWHERE, NOWHERE, NOWHERE)));

    @Test
    void pagesShowCommandsThatThereAre() throws IOException {
        List<String> wrong = new ArrayList<>();
        int commands = 0;
        for (Line line : DocumentedCommands.ofAllPages(Path.of(".."))) {
            if (line.isOfServer()) continue;
            commands++;
            complaint(line).ifPresent(why -> wrong.add(line + "\n  " + why));
        }
        assertThat(wrong).isEmpty();
        assertThat(commands).isGreaterThan(250);
    }

    @Test
    void whatIsWrongWithACommandIsFound() {
        assertThat(complaint(new Line("page", List.of("topics", "describe"), false)))
                .as("only mentioned")
                .isEmpty();
        assertThat(complaint(new Line("page", List.of("topics", "delete"), true)))
                .isPresent();
        assertThat(complaint(new Line("page", List.of("topics", "create", "x", "--partitions", "many"), false)))
                .isPresent();
        assertThat(complaint(new Line("page", List.of("broker", "drain"), false)))
                .isPresent();
        assertThat(complaint(new Line("page", List.of("brokers", "drain", "--dry"), false)))
                .get()
                .asString()
                .contains("--dry");
    }

    /** What the program would say to it. Where a page only mentions a command, what it needs may be left out. */
    private Optional<String> complaint(Line line) {
        try {
            curia.parseArgs(line.words().toArray(String[]::new));
            return Optional.empty();
        } catch (MissingParameterException failure) {
            if (line.whole()) return Optional.of(String.valueOf(failure.getMessage()));
            CommandSpec command = failure.getCommandLine().getCommandSpec();
            return line.words().stream()
                    .filter(word -> word.startsWith("-"))
                    .filter(option -> command.findOption(option) == null)
                    .map(option -> "there is no option " + option)
                    .findFirst();
        } catch (ParameterException failure) {
            return Optional.of(String.valueOf(failure.getMessage()));
        }
    }
}
