package dev.curia.broker.kafka.api;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Loggers that log nothing. Thread-safe. */
public final class MemoryLoggers implements LoggerLevels {
    private final Map<String, String> levels =
            new ConcurrentHashMap<>(Map.of(ROOT, "WARN", "dev.curia", "INFO", "dev.curia.log", "INFO"));

    @Override
    public Map<String, String> levels() {
        return new TreeMap<>(levels);
    }

    @Override
    public boolean exists(String logger) {
        return levels.containsKey(logger);
    }

    @Override
    public void set(String logger, String level) {
        levels.put(logger, level);
    }

    @Override
    public void unset(String logger) {
        set(logger, "WARN");
    }
}
