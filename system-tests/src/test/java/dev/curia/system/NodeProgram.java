package dev.curia.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A program for Node.js in {@code system-tests/programs/<name>}: copied with the packages that its lock file names, which npm gets, to
 * {@code target/programs/<name>}, and run there.
 */
record NodeProgram(Path directory) {
    private static final Pattern VERSION = Pattern.compile("\"version\": *\"([^\"]*)\"");
    private static final Pattern OLDEST_NODE = Pattern.compile("\"node\": *\">=([0-9.]*)\"");

    /** Where node or the packages cannot be had, or node is too old for them, the calling test is skipped. */
    static NodeProgram of(String name) {
        Distribution distribution = Distribution.find();
        Path sources = distribution.sources().resolve("system-tests/programs").resolve(name);
        NodeProgram program =
                new NodeProgram(distribution.workspace().resolve("programs").resolve(name));
        Needs.installed("node", "npm");
        try {
            checkNode(sources.resolve("package.json"));
            program.install(sources);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return program;
    }

    /** The oldest Node.js that will do is what package.json says. */
    private static void checkNode(Path packageJson) throws IOException {
        String oldest = found(OLDEST_NODE, packageJson);
        String node = Command.of("node", "--version").run().orFail().text().strip();
        Needs.that(
                "Node.js " + oldest, Arrays.compare(numbers(node.substring(1)), numbers(oldest)) >= 0, "it is " + node);
    }

    private static int[] numbers(String version) {
        return Stream.of(version.split("\\.", -1)).mapToInt(Integer::parseInt).toArray();
    }

    private static String found(Pattern pattern, Path file) throws IOException {
        Matcher matcher = pattern.matcher(Files.readString(file));
        if (!matcher.find()) throw new IllegalStateException("no " + pattern + " in " + file);
        return matcher.group(1);
    }

    private void install(Path sources) throws IOException {
        Path installed = directory.resolve("installed");
        Path lock = sources.resolve("package-lock.json");
        boolean isFresh = Files.exists(installed) && Files.mismatch(lock, installed) < 0;
        if (!isFresh) LocalCluster.deleteTree(directory);
        Files.createDirectories(directory);
        try (Stream<Path> files = Files.list(sources)) {
            for (Path file : files.toList()) {
                Files.copy(file, directory.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        if (isFresh) return;
        String prefix = directory.toString();
        List<String> line = List.of("npm", "ci", "--prefix", prefix, "--ignore-scripts", "--no-audit", "--no-fund");
        Needs.that(
                "the packages of " + directory.getFileName(),
                Command.of(line).within(Duration.ofMinutes(2)).run());
        Files.copy(lock, installed);
    }

    /** Runs it to its end, which must be a good one. */
    void run(String script, String... arguments) {
        List<String> line =
                new ArrayList<>(List.of("node", directory.resolve(script).toString()));
        line.addAll(List.of(arguments));
        Command.of(line).run().orFail();
    }

    /** Of a package that it uses. */
    String version(String of) {
        try {
            return found(VERSION, directory.resolve("node_modules").resolve(of).resolve("package.json"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
