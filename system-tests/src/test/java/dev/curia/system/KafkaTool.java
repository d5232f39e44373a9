package dev.curia.system;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Apache Kafka's own command line tools, by the class that its scripts start. Each is a process with its own libraries. */
final class KafkaTool {
    private KafkaTool() {}

    /** What they need and they themselves, as the build copied it. */
    static Path libraries() {
        return Distribution.find().workspace().resolve("kafka-tools");
    }

    /** Runs it, whatever comes of it. */
    static Command.Result run(String mainClass, List<String> arguments) {
        return run(mainClass, arguments, new byte[0]);
    }

    /** Runs it with this on its standard input. */
    static Command.Result run(String mainClass, List<String> arguments, byte[] input) {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                libraries() + "/*",
                mainClass));
        line.addAll(arguments);
        return Command.of(line).input(input).within(Duration.ofMinutes(2)).run();
    }

    /** Of partitions to other brokers or directories, as this file says; {@code --execute}, {@code --verify} or {@code --cancel}. */
    static String reassign(LocalCluster cluster, Path file, String action) {
        return run(
                        "org.apache.kafka.tools.reassign.ReassignPartitionsCommand",
                        List.of(
                                "--bootstrap-server",
                                cluster.bootstrapServers(),
                                "--reassignment-json-file",
                                file.toString(),
                                action))
                .orFail()
                .text();
    }
}
