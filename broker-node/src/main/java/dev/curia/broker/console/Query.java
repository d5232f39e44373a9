package dev.curia.broker.console;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The parameters of a request, from its path and its query. Immutable; what is wrong is a {@link ConsoleException} with 400. */
final class Query {
    private static final int MAX_LENGTH = 4096;

    private final Map<String, String> values;

    private Query(Map<String, String> values) {
        this.values = values;
    }

    /** @param fromPath those whose names are in the route's path, which win */
    static Query of(Map<String, String> fromPath, String query) {
        if (query.length() > MAX_LENGTH) throw ConsoleException.badRequest("the query is longer than " + MAX_LENGTH);
        Map<String, String> values = new LinkedHashMap<>();
        for (String pair : query.split("&", -1)) {
            if (pair.isEmpty()) continue;
            int equals = pair.indexOf('=');
            values.put(
                    decode(equals < 0 ? pair : pair.substring(0, equals)),
                    equals < 0 ? "" : decode(pair.substring(equals + 1)));
        }
        values.putAll(fromPath);
        return new Query(values);
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw ConsoleException.badRequest("'" + text + "' in the query is not encoded as it should be");
        }
    }

    /** Refuses what nobody would look at, so that a mistyped name is noticed. */
    void only(List<String> known) {
        for (String name : values.keySet()) {
            if (!known.contains(name)) {
                throw ConsoleException.badRequest("unknown parameter '" + name + "', expected "
                        + (known.isEmpty() ? "none" : String.join(", ", known)));
            }
        }
    }

    String required(String name) {
        return text(name).orElseThrow(() -> ConsoleException.badRequest("parameter " + name + " is missing"));
    }

    /** Empty text counts as absent. */
    Optional<String> text(String name) {
        String value = values.get(name);
        return value == null || value.isEmpty() ? Optional.empty() : Optional.of(value);
    }

    OptionalLong number(String name, long min, long max) {
        Optional<String> text = text(name);
        if (text.isEmpty()) return OptionalLong.empty();
        try {
            long value = Long.parseLong(text.get());
            if (value >= min && value <= max) return OptionalLong.of(value);
        } catch (NumberFormatException e) {
            // Told below, with the range.
        }
        throw ConsoleException.badRequest("'" + text.get() + "' for " + name + ": expected a whole number from " + min
                + (max == Long.MAX_VALUE ? " on" : " to " + max));
    }

    OptionalInt integer(String name, int min, int max) {
        OptionalLong value = number(name, min, max);
        return value.isPresent() ? OptionalInt.of((int) value.getAsLong()) : OptionalInt.empty();
    }

    <E extends Enum<E>> Optional<E> oneOf(String name, Class<E> type, List<E> accepted) {
        Optional<String> text = text(name);
        if (text.isEmpty()) return Optional.empty();
        return Optional.of(Arrays.stream(type.getEnumConstants())
                .filter(value -> accepted.contains(value) && value.name().equalsIgnoreCase(text.get()))
                .findFirst()
                .orElseThrow(() -> ConsoleException.badRequest(
                        "'" + text.get() + "' for " + name + ": expected one of " + accepted)));
    }
}
