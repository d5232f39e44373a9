package dev.curia.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** docs/compatibility.md: what each client was seen to do, by tests that ran it as it is. Immutable. */
record CompatibilityPage(List<Row> rows) {
    private static final String HEAD = """
        # Compatibility

        Written by the tests that run the clients as they are: what each was seen to do, and with which version. A row that a test no longer
        shows goes, and one that is new comes, with `mvn verify -Ddocs.write=true`, and with `-Pslow` for slow tests; a test fails while the page does
        not name the same as they. "skipped" says what could not be had where the page was last written.

        | client | version | what | result | test |
        | --- | --- | --- | --- | --- |
        """;

    /** @param test class and method */
    record Row(String client, String version, String what, String result, String test) {
        static final String NOT_RUN = "not run";
        static final String WORKS = "works";
        static final String SKIPPED = "skipped: ";

        static Row of(Method test, String result) {
            Shows shown = Objects.requireNonNull(test.getAnnotation(Shows.class));
            String version = result.equals(WORKS) ? shown.client().version() : "";
            return new Row(
                    shown.client().title(),
                    version,
                    shown.value(),
                    result,
                    test.getDeclaringClass().getSimpleName() + "." + test.getName());
        }

        /** Without what was seen when it was run. */
        Row unseen() {
            return new Row(client, "", what, "", test);
        }

        boolean isSame(Row other) {
            return client.equals(other.client) && what.equals(other.what);
        }

        private static Row parse(String line) {
            String[] cells = line.substring(1).split("\\|", -1);
            return new Row(cells[0].strip(), cells[1].strip(), cells[2].strip(), cells[3].strip(), cells[4].strip());
        }

        private String line() {
            return "| %s | %s | %s | %s | %s |\n".formatted(client, version, what, result.replace("|", "/"), test);
        }
    }

    CompatibilityPage {
        rows = List.copyOf(rows);
    }

    private static Path file() {
        return Distribution.find().sources().resolve("docs/compatibility.md");
    }

    static CompatibilityPage read() {
        try {
            if (!Files.exists(file())) return new CompatibilityPage(List.of());
            return new CompatibilityPage(Files.readAllLines(file()).stream()
                    .filter(line ->
                            line.startsWith("| ") && !line.startsWith("| client |") && !line.startsWith("| --- |"))
                    .map(Row::parse)
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void update(UnaryOperator<CompatibilityPage> change) {
        try {
            Files.writeString(file(), change.apply(read()).text());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    CompatibilityPage with(Row row) {
        List<Row> others = new ArrayList<>(rows);
        others.removeIf(row::isSame);
        others.add(row);
        return new CompatibilityPage(others);
    }

    /** With exactly these: those that are new have not been run. */
    CompatibilityPage of(List<Row> shown) {
        return new CompatibilityPage(shown.stream()
                .map(row -> rows.stream().filter(row::isSame).findFirst().orElse(row))
                .toList());
    }

    private String text() {
        return HEAD
                + rows.stream()
                        .sorted(Comparator.comparing(Row::client).thenComparing(Row::what))
                        .map(Row::line)
                        .collect(Collectors.joining());
    }
}
