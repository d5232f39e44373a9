package dev.curia.system;

import java.util.List;
import java.util.Map;

/** The {@code curia} command, as a person would type it. */
record Curia(Distribution distribution, String servers) {
    static Curia forCluster(LocalCluster cluster) {
        return new Curia(Distribution.find(), String.join(",", cluster.adminServers()));
    }

    /** Runs it and fails unless it succeeds. */
    Command.Result run(String... arguments) {
        return command(arguments).run().orFail();
    }

    /** Runs it, whatever comes of it. */
    Command.Result attempt(String... arguments) {
        return command(arguments).run();
    }

    Command command(String... arguments) {
        return Command.of(distribution.command(List.of(arguments))).environment(Map.of("CURIA_SERVER", servers));
    }
}
