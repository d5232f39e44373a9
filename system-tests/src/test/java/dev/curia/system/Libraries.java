package dev.curia.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Objects;
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
                        "-Dmaven.repo.local=" + property("curia.maven.repository"),
                        "dependency:copy-dependencies",
                        "-DincludeScope=runtime",
                        "-DoutputDirectory=" + directory)
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

    /** The version of the one whose file begins with this name. */
    String version(String artifact) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches(artifact + "-[0-9.]+\\.jar"))
                    .map(name -> name.substring(artifact.length() + 1, name.length() - ".jar".length()))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
