package dev.curia.system;

import java.util.ArrayList;
import java.util.List;

/** kcat (librdkafka), the client that most people try a broker with first. */
record Kcat(String bootstrapServers) {
    /** Installs kcat when it is missing; where that is impossible, the calling test is skipped. */
    static Kcat forCluster(LocalCluster cluster) {
        Needs.installed("kcat");
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
