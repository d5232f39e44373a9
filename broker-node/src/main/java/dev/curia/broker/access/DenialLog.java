package dev.curia.broker.access;

import static dev.curia.common.metric.MetricKey.counter;

import dev.curia.common.metric.MetricKey;
import dev.curia.common.security.Operation;
import dev.curia.common.security.ResourceType;
import dev.curia.metadata.acl.Authorization;
import dev.curia.metadata.acl.Caller;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of what was refused: a line each in a log of its own, and a count. Thread-safe. */
public final class DenialLog implements Authorization.Denials {
    /** What the log is called where levels are set. */
    public static final String LOGGER = "curia.authorizer";

    private static final Logger LOG = LoggerFactory.getLogger(LOGGER);
    private static final int MAX_NAME = 300;

    private static final MetricKey DENIED = counter(
                    "curia_authorization_denied_total",
                    "What clients asked for and may not do, by the operation and the kind of resource it was denied on.",
                    "The log `curia.authorizer` names client and resource. A service lacks an ACL, or somebody tries what he should not.",
                    "operation",
                    "resource")
            .onlyOnceItHappened();

    /** All of them. */
    public static final List<MetricKey> KEYS = List.of(DENIED);

    private final MeterRegistry meters;

    public DenialLog(MeterRegistry meters) {
        this.meters = meters;
    }

    @Override
    public void denied(Caller caller, Operation operation, ResourceType type, String resource, String request) {
        LOG.info(
                "denied: {} from {} may not {} {} {} (request {})",
                printable(caller.principal().toString()),
                caller.host(),
                operation,
                type,
                printable(resource),
                request);
        DENIED.counter(meters, lower(operation), lower(type)).increment();
    }

    private static String lower(Enum<?> name) {
        return name.name().toLowerCase(Locale.ROOT);
    }

    /** On one line, whatever clients call their things. */
    private static String printable(String name) {
        String shown = name.length() <= MAX_NAME ? name : name.substring(0, MAX_NAME) + "...";
        return shown.chars().noneMatch(Character::isISOControl) ? shown : shown.replaceAll("\\p{Cntrl}", "?");
    }
}
