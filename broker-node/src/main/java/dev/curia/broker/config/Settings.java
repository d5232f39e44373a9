package dev.curia.broker.config;

import dev.curia.broker.security.SecuritySettings;
import dev.curia.common.config.ConfigException;
import dev.curia.common.config.ConfigKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A process' settings: the text given for known keys, every value checked. Immutable, thread-safe.
 */
public final class Settings {
    private final Map<String, String> given;
    private final Map<String, ConfigKey<?>> keys;

    private Settings(Map<String, String> given, Map<String, ConfigKey<?>> keys) {
        this.given = given;
        this.keys = keys;
    }

    /**
     * Checks every name and value.
     *
     * @throws ConfigException that names all keys that are unknown or ill-typed, one a line
     */
    public static Settings of(Map<String, String> given, Collection<ConfigKey<?>> known) {
        Map<String, ConfigKey<?>> keys = new LinkedHashMap<>();
        known.forEach(key -> keys.put(key.name(), key));
        List<String> errors = new ArrayList<>();
        new TreeMap<>(given).forEach((name, value) -> {
            ConfigKey<?> key = keys.get(SecuritySettings.plainName(name));
            if (key == null) errors.add("Unknown setting " + name + suggestion(name, keys.keySet()) + ".");
            else check(key.named(name), value).ifPresent(errors::add);
        });
        if (!errors.isEmpty()) throw new ConfigException(String.join("\n", errors));
        return new Settings(Map.copyOf(given), Map.copyOf(keys));
    }

    public <T> T get(ConfigKey<T> key) {
        return key.in(given);
    }

    /** What was given, as text, by name. */
    public Map<String, String> given() {
        return given;
    }

    public Collection<ConfigKey<?>> keys() {
        return keys.values();
    }

    private static Optional<String> check(ConfigKey<?> key, String value) {
        try {
            key.parse(value);
            return Optional.empty();
        } catch (ConfigException e) {
            return Optional.of(e.getMessage());
        }
    }

    /** {@code " (did you mean X?)"}, or nothing when no name is near. */
    static String suggestion(String name, Collection<String> known) {
        return known.stream()
                .filter(candidate -> distance(name, candidate) <= 3)
                .min((a, b) -> Integer.compare(distance(name, a), distance(name, b)))
                .map(nearest -> " (did you mean " + nearest + "?)")
                .orElse("");
    }

    /** Edits that lead from one text to the other (Levenshtein 1966). */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) row[j] = j;
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(Math.min(above, row[j - 1]) + 1, diagonal + change);
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
