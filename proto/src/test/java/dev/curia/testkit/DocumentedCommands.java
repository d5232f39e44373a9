package dev.curia.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The {@code curia} commands that pages for people show or mention, so that tests can hold them against the program. Stateless. */
public final class DocumentedCommands {
    private static final Pattern FENCE = Pattern.compile("(?ms)^ *```\\w*$(.*?)^ *```$");
    /** On this machine, or in a container or pod. */
    private static final Pattern SHOWN = Pattern.compile(
            "(?m)^ *(?:(?:docker .*exec \\S+|kubectl .* --) )?(?:\\./|bin/)?curia ((?:[^\\\\\\n]|\\\\\\n)+)$");

    private static final Pattern MENTIONED = Pattern.compile("`(?:\\./|bin/)?curia ([^`]+)`");
    private static final Pattern WORD =
            Pattern.compile("(?:'[^']*'|\"[^\"]*\"|\\$\\([^)]*\\)|[^\\s'\"|<>;&])+|[|<>;&]+");

    private DocumentedCommands() {}

    /**
     * @param page the file's name
     * @param words behind {@code curia}, as a shell would split them; where the page has ID or N, there is 1
     * @param whole whether it can be run as it stands: it is shown by itself, and nothing is left out
     */
    public record Line(String page, List<String> words, boolean whole) {
        /** Whether the server's program runs it, as bin/curia decides; else the administration's. */
        public boolean isOfServer() {
            String text = String.join(" ", words);
            return text.matches("(server|standalone|rehearse|log|quorum recover|quorum snapshot restore)( .*)?");
        }

        @Override
        public String toString() {
            return page + ": curia " + String.join(" ", words);
        }
    }

    /** Of README.md, CONTRIBUTING.md and all in docs/. */
    public static List<Line> ofAllPages(Path root) throws IOException {
        List<Line> lines = new ArrayList<>();
        for (Path folder : List.of(root, root.resolve("docs"))) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.filter(each -> each.toString().endsWith(".md"))
                        .sorted()
                        .toList()) lines.addAll(of(file));
            }
        }
        return lines;
    }

    /** Of one page, those that it shows first. */
    public static List<Line> of(Path file) throws IOException {
        String page = Objects.requireNonNull(file.getFileName()).toString();
        String text = Files.readString(file);
        List<Line> lines = new ArrayList<>();
        Matcher fences = FENCE.matcher(text);
        while (fences.find()) {
            Matcher shown = SHOWN.matcher(fences.group(1));
            while (shown.find()) lines.add(line(page, shown.group(1).replace("\\\n", " "), true));
        }
        Matcher mentioned = MENTIONED.matcher(FENCE.matcher(text).replaceAll(""));
        while (mentioned.find()) lines.add(line(page, mentioned.group(1), false));
        return lines;
    }

    private static Line line(String page, String text, boolean shown) {
        List<String> words = new ArrayList<>();
        boolean whole = shown;
        Matcher matcher = WORD.matcher(text);
        while (matcher.find()) {
            String word = matcher.group();
            if (word.startsWith("#") || word.matches("[|<>;&]+")) break;
            if (word.equals("…") || word.equals("...")) whole = false;
            else words.add(word.equals("ID") || word.equals("N") ? "1" : word.replaceAll("^(['\"])(.*)\\1$", "$2"));
        }
        return new Line(page, List.copyOf(words), whole);
    }
}
