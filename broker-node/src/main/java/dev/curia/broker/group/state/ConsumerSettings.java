package dev.curia.broker.group.state;

import dev.curia.broker.group.state.assign.Assignors;
import java.util.function.Function;

/**
 * Limits and timing of consumer groups; see {@code ConsumerConfigs} for their configuration keys. Immutable.
 *
 * @param maxSize members a group
 * @param migration whether groups with members may change their protocol
 * @param timing of a group, by its id, as it is now
 */
public record ConsumerSettings(
        int maxSize, Assignors assignors, MigrationPolicy migration, Function<String, Timing> timing) {
    /** What members are told, and held to. */
    public record Timing(int sessionTimeoutMs, int heartbeatIntervalMs) {}
}
