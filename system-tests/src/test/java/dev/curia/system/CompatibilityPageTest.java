package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.system.CompatibilityPage.Row;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/compatibility.md names what the tests show, all of it and nothing else. */
class CompatibilityPageTest {
    @Test
    void thePageNamesWhatTheTestsShow() throws Exception {
        List<Row> shown = shown();
        assertThat(shown).isNotEmpty();
        if (Boolean.getBoolean("docs.write")) CompatibilityPage.update(page -> page.of(shown));
        List<Row> rows = CompatibilityPage.read().rows();
        assertThat(rows.stream().map(Row::unseen))
                .as("docs/compatibility.md is stale: mvn verify -Ddocs.write=true writes it anew, with -Pslow for"
                        + " slow tests")
                .containsExactlyInAnyOrderElementsOf(
                        shown.stream().map(Row::unseen).toList());
        assertThat(rows.stream().filter(row -> row.result().equals(Row.WORKS)))
                .as("what works, and with which version")
                .noneMatch(row -> row.version().isEmpty());
        assertThat(rows)
                .as("what does not work, or was never tried")
                .allMatch(row -> row.result().equals(Row.WORKS) || row.result().startsWith(Row.SKIPPED));
    }

    private static List<Row> shown() throws IOException, URISyntaxException {
        Path classes = Path.of(
                CompatibilityPageTest.class.getResource("/dev/curia/system").toURI());
        try (Stream<Path> files = Files.list(classes)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("Test.class"))
                    .sorted()
                    .flatMap(name -> methods(name.substring(0, name.length() - ".class".length())))
                    .filter(method -> method.isAnnotationPresent(Shows.class))
                    .map(method -> Row.of(method, Row.NOT_RUN))
                    .toList();
        }
    }

    private static Stream<Method> methods(String simpleName) {
        try {
            Class<?> type = Class.forName(
                    "dev.curia.system." + simpleName, false, CompatibilityPageTest.class.getClassLoader());
            return Stream.of(type.getDeclaredMethods());
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }
}
