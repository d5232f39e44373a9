package dev.curia.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.DocumentedCommands;
import dev.curia.testkit.DocumentedCommands.Line;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;

/** Every command of this program that a page shows or mentions is one that there is, with options that it has. */
class ServerCommandsTest {
    @Test
    void pagesShowCommandsThatThereAre() throws IOException {
        List<String> wrong = new ArrayList<>();
        int commands = 0;
        for (Line line : DocumentedCommands.ofAllPages(Path.of(".."))) {
            if (!line.isOfServer()) continue;
            commands++;
            try {
                Main.commandLine(Map.of()).parseArgs(line.words().toArray(String[]::new));
            } catch (MissingParameterException failure) {
                if (line.whole()) wrong.add(line + "\n  " + failure.getMessage());
            } catch (ParameterException failure) {
                wrong.add(line + "\n  " + failure.getMessage());
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(commands).isGreaterThan(25);
    }
}
