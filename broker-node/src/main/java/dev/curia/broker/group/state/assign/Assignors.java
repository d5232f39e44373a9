package dev.curia.broker.group.state.assign;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The assignors that a broker offers, by name; the first is the default. Immutable. */
public final class Assignors {
    private final Map<String, Assignor> byName = new LinkedHashMap<>();

    /** @throws IllegalArgumentException for a name that isn't known, or none at all */
    public Assignors(List<String> names) {
        for (String name : names) {
            Assignor assignor = List.of(new UniformAssignor(), new RangeAssignor()).stream()
                    .filter(known -> known.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "group.consumer.assignors names '" + name + "': expected uniform or range"));
            byName.put(name, assignor);
        }
        if (byName.isEmpty()) throw new IllegalArgumentException("group.consumer.assignors names none");
    }

    public Optional<Assignor> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    public Assignor byDefault() {
        return byName.values().iterator().next();
    }

    public List<String> names() {
        return List.copyOf(byName.keySet());
    }
}
