package dev.curia.system;

import dev.curia.common.time.SystemClock;
import dev.curia.testkit.Await;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The libraries of a program that only some tests run, in versions apart from ours: what {@code system-tests/programs/<name>/pom.xml} asks
 * for, copied by Maven to {@code target/programs/<name>} when it is needed first.
 *
 * @param directory has the jars and nothing else that is a jar
 */
record Libraries(Path directory) {
    /** Where they cannot be had, the calling test is skipped. */
    static Libraries of(String name) {
        Distribution distribution = Distribution.find();
        Path pom = distribution.sources().resolve("system-tests/programs/" + name + "/pom.xml");
        Path directory = directory(name);
        Path copied = directory.resolve("pom.xml");
        // Two classes of tests, in processes of their own, may need the same at the same time.
        try (FileChannel channel =
                FileChannel.open(lock(directory), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            FileLock unused = channel.lock();
            if (!Files.exists(copied) || Files.mismatch(pom, copied) >= 0) {
                LocalCluster.deleteTree(directory);
                copy(name, pom, directory);
                Files.copy(pom, copied);
            }
            return new Libraries(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path lock(Path directory) throws IOException {
        Files.createDirectories(directory.getParent());
        return directory.resolveSibling(directory.getFileName() + ".lock");
    }

    private static Path directory(String name) {
        return Distribution.find().workspace().resolve("programs").resolve(name);
    }

    private static void copy(String name, Path pom, Path directory) {
        Command.Result result = Command.of(
                        Path.of(property("curia.maven.home"), "bin", "mvn").toString(),
                        "-q",
                        "-B",
                        "-f",
                        pom.toString(),
                        "-Dstyle.color=never",
                        "-Dmaven.repo.local=" + property("curia.maven.repository"),
                        "-Dlibraries=" + directory,
                        "package")
                .within(Duration.ofMinutes(2))
                .run();
        Needs.that("the libraries of " + name, result);
    }

    private static String property(String name) {
        return Objects.requireNonNull(System.getProperty(name), name + " is not set: run the tests through Maven");
    }

    String classPath() {
        return directory + "/*";
    }

    /** Runs a program of the tests, which may use their clocks and waiting, with these libraries; fails where it does. */
    void run(Class<?> program, String... arguments) {
        List<String> line = new ArrayList<>(List.of(
                ClientProcess.javaCommand(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                String.join(
                        File.pathSeparator,
                        classPath(),
                        placeOf(program),
                        placeOf(Await.class),
                        placeOf(SystemClock.class)),
                program.getName()));
        line.addAll(List.of(arguments));
        Command.of(line).run().orFail();
    }

    private static String placeOf(Class<?> type) {
        try {
            return new File(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** The version of the one whose file begins with this name. */
    String version(String artifact) {
        Pattern name = Pattern.compile(Pattern.quote(artifact) + "-([0-9.]+[0-9])(-[a-z]+)?\\.(jar|tar\\.gz)");
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> name.matcher(file.getFileName().toString()))
                    .filter(Matcher::matches)
                    .map(matcher -> matcher.group(1))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
