package dev.curia.broker.kafka.api;

import java.util.Map;

/** The loggers of this process and their levels, which are forgotten when it ends. Thread-safe. */
public interface LoggerLevels {
    /** The name of the one that all others inherit from. */
    String ROOT = "root";

    /** Every logger and the level in force for it, by name. */
    Map<String, String> levels();

    /** Whether there is a logger of this name. */
    boolean exists(String logger);

    /** @param level TRACE, DEBUG, INFO, WARN, ERROR or OFF */
    void set(String logger, String level);

    /** The level is that of the nearest logger above from now on. Not for {@link #ROOT}. */
    void unset(String logger);
}
