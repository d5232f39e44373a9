package dev.curia.system;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** kcat (librdkafka), the client that most people try a broker with first. */
record Kcat(String bootstrapServers) {
    private static final Logger LOG = LoggerFactory.getLogger(Kcat.class);

    /** Installs kcat when it is missing; where that is impossible, the calling test is skipped. */
    static Kcat forCluster(LocalCluster cluster) {
        Path script = Distribution.find().sources().resolve("system-tests/install-clients.sh");
        if (!Files.isExecutable(Path.of("/usr/bin/kcat"))) {
            Command.Result installed =
                    Command.of(script.toString()).within(Duration.ofMinutes(2)).run();
            if (installed.exitCode() != 0) {
                LOG.warn("SKIPPED, needs kcat: {}", installed.err().strip());
                Assumptions.abort("needs kcat: " + installed.err().strip());
            }
        }
        return new Kcat(cluster.bootstrapServers());
    }

    Command.Result produce(byte[] input, String... arguments) {
        return command("-P", arguments).input(input).run().orFail();
    }

    /** Stays until it is closed, and sends lines as they come. */
    KcatProducer producer(String topic, String... arguments) {
        List<String> line = new ArrayList<>(List.of("kcat", "-P", "-b", bootstrapServers, "-q", "-t", topic));
        line.addAll(List.of(arguments));
        return new KcatProducer(line);
    }

    Command.Result consume(String... arguments) {
        return command("-C", arguments).run().orFail();
    }

    /** Consumes as a member of a group: {@code -G group ... topic}. */
    Command.Result group(String... arguments) {
        List<String> line = new ArrayList<>(List.of("kcat", "-b", bootstrapServers, "-q"));
        line.addAll(List.of(arguments));
        return Command.of(line).run().orFail();
    }

    private Command command(String mode, String... arguments) {
        List<String> line = new ArrayList<>(List.of("kcat", mode, "-b", bootstrapServers, "-q"));
        line.addAll(List.of(arguments));
        return Command.of(line);
    }
}
