package dev.curia.admin.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.time.SystemClock;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** What the commands say of themselves: the page in docs/, and what shells complete. */
class CliPageTest {
    private static CommandSpec root() {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        Terminal terminal = new Terminal(new ByteArrayInputStream(new byte[0]), nowhere, nowhere, nowhere);
        return CuriaCommand.commandLine(
                        new Surroundings(terminal, new SystemClock(), Map.of(), Path.of("/"), Path.of("/")))
                .getCommandSpec();
    }

    @Test
    void thePageIsUpToDate() throws IOException {
        Path page = Path.of("..", "docs", "cli.md");
        String content = CliPage.of(root());
        if (Boolean.getBoolean("docs.write")) Files.writeString(page, content);
        assertThat(page)
                .as("stale: mvn test -pl admin-cli -am -Ddocs.write=true writes it anew")
                .hasContent(content);
    }

    @Test
    void everyCommandSaysWhatItDoesAndGivesExamples() {
        List<CommandSpec> commands = new ArrayList<>();
        collect(root(), commands);
        assertThat(commands).hasSizeGreaterThan(40).allSatisfy(command -> {
            assertThat(command.usageMessage().description())
                    .as(command.qualifiedName())
                    .isNotEmpty();
            assertThat(String.join("\n", command.usageMessage().footer()))
                    .as(command.qualifiedName())
                    .contains("curia ");
            assertThat(command.options()).as(command.qualifiedName()).allSatisfy(option -> {
                if (!option.hidden())
                    assertThat(option.description()).as(option.longestName()).isNotEmpty();
            });
        });
    }

    private static void collect(CommandSpec parent, List<CommandSpec> into) {
        for (CommandLine member : parent.subcommands().values()) {
            CommandSpec spec = member.getCommandSpec();
            if (spec.subcommands().isEmpty()) into.add(spec);
            collect(spec, into);
        }
    }

    @Test
    void fishCompletesCommandsAndOptions() {
        assertThat(Run.curia("completion", "fish").out())
                .contains("' topics' ' topics create'", "' quorum recover'")
                .contains("-n '__curia_at \\' topics\\'' -f -a create -d ")
                .containsPattern("topics create.* -l partitions.* -r -d")
                .contains("-l output -x -a 'table json yaml'")
                .doesNotContain("${");
        assertThat(Run.curia("completion", "tcsh").exitCode()).isEqualTo(ExitCode.USAGE);
    }

    /** The script is read by the real shell, if it is installed, and asked what it would complete. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bash | COMP_WORDS=(curia topics cr); COMP_CWORD=2; _complete_curia; echo ${COMPREPLY[@]} | create",
                "bash | COMP_WORDS=(curia log-dirs move --lo); COMP_CWORD=3; _complete_curia; echo ${COMPREPLY[@]} | --log-dir",
                "zsh | whence -w _complete_curia | function",
                "fish | complete -C 'curia topics cr' | create",
                "fish | complete -C 'curia topics create --part' | --partitions"
            })
    void shellsReadTheirScripts(String shell, String question, String answer, @TempDir Path directory)
            throws Exception {
        Assumptions.assumeTrue(isInstalled(shell), shell + " is not installed");
        Path script = Files.writeString(
                directory.resolve("script"), Run.curia("completion", shell).out());
        String before = shell.equals("zsh") ? "autoload -U compinit; compinit -u -D; " : "";
        Process process = new ProcessBuilder(shell, "-c", before + "source " + script + "; " + question)
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(said).contains(answer);
    }

    private static boolean isInstalled(String shell) {
        return List.of("/bin", "/usr/bin", "/usr/local/bin").stream()
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, shell)));
    }
}
