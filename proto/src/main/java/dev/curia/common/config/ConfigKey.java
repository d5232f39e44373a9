package dev.curia.common.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One setting: its name, default, meaning and reader. Immutable. Names are Kafka's wherever the meaning is Kafka's.
 *
 * @param name as in the configuration file
 * @param type for people and for Kafka's DescribeConfigs
 * @param defaultText the default as it would be written in the file; null: the setting must be given
 * @param doc what it steers, with its unit
 * @param accepts what values are accepted, for the error message and the reference page
 * @param parser throws {@link IllegalArgumentException} on any other value
 */
public record ConfigKey<T>(
        String name, Type type, @Nullable String defaultText, String doc, String accepts, Function<String, T> parser) {

    /** Kafka's configuration types, as far as we use them. */
    public enum Type {
        BOOLEAN,
        STRING,
        INT,
        LONG,
        DOUBLE,
        LIST,
        /** A secret: never shown. */
        PASSWORD
    }

    public static ConfigKey<Long> ofLong(String name, long defaultValue, long min, long max, String doc) {
        return new ConfigKey<>(
                name,
                Type.LONG,
                Long.toString(defaultValue),
                doc,
                range(min, max, Long.MAX_VALUE),
                text -> within(Long.parseLong(text), min, max));
    }

    public static ConfigKey<Integer> ofInt(String name, int defaultValue, int min, int max, String doc) {
        return new ConfigKey<>(
                name, Type.INT, Integer.toString(defaultValue), doc, range(min, max, Integer.MAX_VALUE), text ->
                        (int) within(Integer.parseInt(text), min, max));
    }

    /** An integer that has no default. */
    public static ConfigKey<Integer> requiredInt(String name, int min, int max, String doc) {
        return new ConfigKey<>(name, Type.INT, null, doc, range(min, max, Integer.MAX_VALUE), text ->
                (int) within(Integer.parseInt(text), min, max));
    }

    public static ConfigKey<Double> ofDouble(String name, double defaultValue, double min, double max, String doc) {
        return new ConfigKey<>(
                name, Type.DOUBLE, Double.toString(defaultValue), doc, "a number from " + min + " to " + max, text -> {
                    double value = Double.parseDouble(text);
                    if (!(value >= min && value <= max)) throw new IllegalArgumentException("out of range");
                    return value;
                });
    }

    public static ConfigKey<Boolean> ofBoolean(String name, boolean defaultValue, String doc) {
        return new ConfigKey<>(name, Type.BOOLEAN, Boolean.toString(defaultValue), doc, "true or false", text -> {
            if (text.equalsIgnoreCase("true")) return true;
            if (text.equalsIgnoreCase("false")) return false;
            throw new IllegalArgumentException("neither true nor false");
        });
    }

    public static ConfigKey<String> ofString(String name, @Nullable String defaultValue, String doc) {
        return new ConfigKey<>(name, Type.STRING, defaultValue, doc, "text", Function.identity());
    }

    /** A secret; empty when it is not given. */
    public static ConfigKey<String> ofPassword(String name, String doc) {
        return new ConfigKey<>(name, Type.PASSWORD, "", doc, "text", Function.identity());
    }

    public static ConfigKey<String> oneOf(String name, String defaultValue, List<String> values, String doc) {
        return new ConfigKey<>(name, Type.STRING, defaultValue, doc, "one of " + String.join(", ", values), text -> {
            String value = text.toLowerCase(Locale.ROOT);
            if (!values.contains(value)) throw new IllegalArgumentException("not one of them");
            return value;
        });
    }

    /** A comma-separated list; empty text is the empty list. */
    public static ConfigKey<List<String>> ofList(String name, String defaultText, String doc) {
        return new ConfigKey<>(name, Type.LIST, defaultText, doc, "values separated by commas", ConfigKey::split);
    }

    /** A comma-separated list whose items are all among {@code values}. */
    public static ConfigKey<List<String>> listOf(String name, String defaultText, List<String> values, String doc) {
        return new ConfigKey<>(name, Type.LIST, defaultText, doc, "a list of " + String.join(", ", values), text -> {
            List<String> items = split(text);
            if (!values.containsAll(items)) throw new IllegalArgumentException("an item is not one of them");
            return items;
        });
    }

    /** @throws ConfigException on the first that is none of the keys, or ill-typed */
    static void validate(List<ConfigKey<?>> keys, Map<String, String> settings, String kind) {
        settings.forEach((name, value) -> keys.stream()
                .filter(key -> key.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new ConfigException("Unknown " + kind + " config name: " + name + "."))
                .parse(value));
    }

    /** The same under another name. */
    public ConfigKey<T> named(String other) {
        return new ConfigKey<>(other, type, defaultText, doc, accepts, parser);
    }

    public boolean isSecret() {
        return type == Type.PASSWORD;
    }

    /** Reads one value of this key; throws {@link ConfigException} naming key, value and what is accepted. */
    public T parse(String text) {
        try {
            return parser.apply(text.strip());
        } catch (IllegalArgumentException e) {
            String shown = isSecret() ? "" : " '" + text + "'";
            throw new ConfigException("Invalid value" + shown + " for " + name + ": expected " + accepts + ".");
        }
    }

    /** The value of this key in {@code settings}, or its default. */
    public T in(Map<String, String> settings) {
        String text = settings.get(name);
        if (text == null) text = defaultText;
        if (text == null) throw new ConfigException("Missing required setting " + name + ": expected " + accepts + ".");
        return parse(text);
    }

    private static List<String> split(String text) {
        return Arrays.stream(text.split(","))
                .map(String::strip)
                .filter(item -> !item.isEmpty())
                .toList();
    }

    private static long within(long value, long min, long max) {
        if (value < min || value > max) throw new IllegalArgumentException("out of range");
        return value;
    }

    private static String range(long min, long max, long unbounded) {
        return max == unbounded ? "a whole number of at least " + min : "a whole number from " + min + " to " + max;
    }
}
