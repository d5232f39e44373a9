package dev.curia.admin.command;

import dev.curia.common.time.Clock;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a command finds where it runs.
 *
 * @param environment the variables
 * @param home of the user
 * @param root of the file system, for the files in which a machine tells of itself
 */
public record Surroundings(Terminal terminal, Clock clock, Map<String, String> environment, Path home, Path root) {
    public Surroundings {
        environment = Map.copyOf(environment);
    }
}
