package dev.curia.broker.kafka.api;

import dev.curia.broker.kafka.api.ConfigAlterations.Alteration;
import dev.curia.broker.kafka.api.ConfigAlterations.Change;
import dev.curia.broker.kafka.api.ConfigAlterations.Outcome;
import dev.curia.proto.admin.v1.ConfigChange;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Changes the levels of this broker's loggers (KIP-412): all that one request names, or none. They last as long as the process. */
final class BrokerLoggers {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerLoggers.class);

    /** Kafka's levels; FATAL is above all of ours. */
    private static final List<String> LEVELS = List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL", "OFF");

    private final ClusterView cluster;
    private final LoggerLevels loggers;

    BrokerLoggers(ClusterView cluster, LoggerLevels loggers) {
        this.cluster = cluster;
        this.loggers = loggers;
    }

    Outcome alter(Alteration alteration, boolean validateOnly) {
        String self = Integer.toString(cluster.brokerId());
        if (alteration.replace()) {
            return refused(
                    alteration, Errors.INVALID_REQUEST, "Loggers are altered one by one: use IncrementalAlterConfigs.");
        }
        if (!alteration.resourceName().equals(self)) {
            return refused(
                    alteration,
                    Errors.INVALID_REQUEST,
                    "Loggers of broker '" + alteration.resourceName() + "' are altered at broker " + self + ".");
        }
        Set<String> named = new HashSet<>();
        for (Change change : alteration.changes()) {
            if (!named.add(change.key())) {
                return refused(alteration, Errors.INVALID_REQUEST, "Logger " + change.key() + " is named twice.");
            }
            if (change.operation() != ConfigChange.Operation.SET_VALUE
                    && change.operation() != ConfigChange.Operation.DELETE_VALUE) {
                return refused(
                        alteration,
                        Errors.INVALID_REQUEST,
                        "Operation " + change.operation() + " on logger " + change.key()
                                + " is not possible: expected 0 (set) or 1 (delete).");
            }
            String complaint = complaint(change);
            if (complaint != null) return refused(alteration, Errors.INVALID_CONFIG, complaint);
        }
        if (!validateOnly) alteration.changes().forEach(this::perform);
        return new Outcome(alteration, Errors.NONE, null);
    }

    private @Nullable String complaint(Change change) {
        if (!loggers.exists(change.key())) return "There is no logger '" + change.key() + "'.";
        if (change.operation() == ConfigChange.Operation.DELETE_VALUE) {
            return change.key().equals(LoggerLevels.ROOT)
                    ? "The root logger's level cannot be removed, only set."
                    : null;
        }
        return LEVELS.contains(level(change))
                ? null
                : "Invalid level '" + change.value() + "' of logger " + change.key() + ": expected one of "
                        + String.join(", ", LEVELS) + ".";
    }

    private void perform(Change change) {
        if (change.operation() == ConfigChange.Operation.DELETE_VALUE) {
            loggers.unset(change.key());
            LOG.info("logger {} has the level of the one above it again", change.key());
        } else {
            String level = level(change);
            loggers.set(change.key(), level.equals("FATAL") ? "ERROR" : level);
            LOG.info("logger {} is at level {}", change.key(), level);
        }
    }

    private static String level(Change change) {
        String value = change.value();
        return value == null ? "" : value.toUpperCase(Locale.ROOT);
    }

    private static Outcome refused(Alteration alteration, Errors error, String why) {
        return new Outcome(alteration, error, why);
    }
}
