package dev.curia.broker.kafka.api;

import dev.curia.metadata.image.BrokerRegistration;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.ServerEndpoint;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What clients are told of brokers. Pure. */
final class Brokers {
    private static final int NONE = -1;

    private Brokers() {}

    /** Brokers that are not fenced and have this listener, by id. */
    static Map<BrokerRegistration, ServerEndpoint> alive(MetadataImage image, String listener) {
        return of(image.brokers().stream().filter(broker -> !broker.fenced()).toList(), listener);
    }

    /** All that have this listener, fenced or not, by id. */
    static Map<BrokerRegistration, ServerEndpoint> all(MetadataImage image, String listener) {
        return of(List.copyOf(image.brokers()), listener);
    }

    /**
     * The broker that clients send their administration to. Any broker takes it, so this one is named, which the client can reach; while
     * it is fenced the alive one of lowest id.
     */
    static int controllerId(MetadataImage image, int self) {
        if (image.isAlive(self)) return self;
        return image.brokers().stream()
                .filter(broker -> !broker.fenced())
                .mapToInt(BrokerRegistration::id)
                .min()
                .orElse(NONE);
    }

    private static Map<BrokerRegistration, ServerEndpoint> of(List<BrokerRegistration> brokers, String listener) {
        Map<BrokerRegistration, ServerEndpoint> found = new LinkedHashMap<>();
        brokers.stream()
                .sorted(Comparator.comparingInt(BrokerRegistration::id))
                .forEach(broker -> broker.listener(listener).ifPresent(endpoint -> found.put(broker, endpoint)));
        return found;
    }
}
