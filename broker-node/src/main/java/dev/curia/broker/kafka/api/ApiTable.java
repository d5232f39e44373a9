package dev.curia.broker.kafka.api;

import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.protocol.ApiKeys;

/** Every request kind that is served, with its handler: the only source of what ApiVersions advertises. Immutable. */
public final class ApiTable {
    private final Map<ApiKeys, RequestHandler<?>> handlers;

    private ApiTable(Map<ApiKeys, RequestHandler<?>> handlers) {
        this.handlers = Collections.unmodifiableMap(handlers);
    }

    /**
     * A table of these handlers, and of the ApiVersions handler that advertises them and itself.
     *
     * @throws IllegalArgumentException when two handlers serve the same kind, or one a version that the codec does not know
     */
    public static ApiTable of(List<RequestHandler<?>> handlers, ClusterView cluster) {
        Map<ApiKeys, RequestHandler<?>> byKey = new EnumMap<>(ApiKeys.class);
        ApiTable table = new ApiTable(byKey);
        handlers.forEach(handler -> add(handler, byKey));
        add(new ApiVersionsHandler(table, cluster), byKey);
        return table;
    }

    public Optional<RequestHandler<?>> find(ApiKeys api) {
        return Optional.ofNullable(handlers.get(api));
    }

    /** Whether it is served, and advertised, only where clients log in. */
    public static boolean isLogin(ApiKeys api) {
        return api == ApiKeys.SASL_HANDSHAKE || api == ApiKeys.SASL_AUTHENTICATE;
    }

    /** In the order of their keys. */
    public Collection<RequestHandler<?>> handlers() {
        return handlers.values();
    }

    private static void add(RequestHandler<?> handler, Map<ApiKeys, RequestHandler<?>> byKey) {
        ApiKeys api = handler.api();
        if (handler.minVersion() < api.oldestVersion()
                || handler.maxVersion() > api.latestVersion()
                || handler.minVersion() > handler.maxVersion()) {
            throw new IllegalArgumentException(
                    handler.getClass().getName() + " serves " + api + " " + handler.minVersion() + "-"
                            + handler.maxVersion() + ", but the codec knows " + api.oldestVersion() + "-"
                            + api.latestVersion());
        }
        if (byKey.putIfAbsent(api, handler) != null) {
            throw new IllegalArgumentException("two handlers for " + api);
        }
    }
}
