package dev.curia.metadata.decide;

import dev.curia.metadata.image.BrokerRegistration;
import dev.curia.metadata.image.MetadataImage;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Which broker is in which rack. Immutable. */
final class Racks {
    private final Map<Integer, String> names = new HashMap<>();

    Racks(MetadataImage image) {
        for (BrokerRegistration broker : image.brokers()) names.put(broker.id(), broker.rackName());
    }

    String of(int broker) {
        return names.getOrDefault(broker, "");
    }

    /** Those that the brokers are in, by name. */
    Set<String> of(Collection<Integer> brokers) {
        Set<String> racks = new TreeSet<>();
        brokers.forEach(broker -> racks.add(of(broker)));
        return racks;
    }

    int count(Collection<Integer> brokers) {
        return of(brokers).size();
    }
}
