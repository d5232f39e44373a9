package dev.curia.broker;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import dev.curia.broker.kafka.api.LoggerLevels;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;

/** The loggers of Logback, which the server is delivered with. Thread-safe. */
final class LogbackLevels implements LoggerLevels {
    private final LoggerContext context;

    private LogbackLevels(LoggerContext context) {
        this.context = context;
    }

    /** @throws IllegalStateException when something else than Logback does the logging */
    static LogbackLevels ofThisProcess() {
        ILoggerFactory factory = LoggerFactory.getILoggerFactory();
        if (factory instanceof LoggerContext context) return new LogbackLevels(context);
        throw new IllegalStateException(
                "logging is done by " + factory.getClass().getName() + ", expected Logback");
    }

    @Override
    public Map<String, String> levels() {
        Map<String, String> levels = new TreeMap<>();
        context.getLoggerList()
                .forEach(logger ->
                        levels.put(name(logger), logger.getEffectiveLevel().toString()));
        return levels;
    }

    @Override
    public boolean exists(String logger) {
        return logger.equals(ROOT) || context.exists(logger) != null;
    }

    @Override
    public void set(String logger, String level) {
        find(logger).setLevel(Level.valueOf(level));
    }

    @Override
    public void unset(String logger) {
        find(logger).setLevel(null);
    }

    private Logger find(String name) {
        return context.getLogger(name.equals(ROOT) ? org.slf4j.Logger.ROOT_LOGGER_NAME : name);
    }

    private static String name(Logger logger) {
        return logger.getName().equals(org.slf4j.Logger.ROOT_LOGGER_NAME) ? ROOT : logger.getName();
    }
}
