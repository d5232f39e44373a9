package dev.curia.common.text;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Writes YAML 1.2 from the same values as {@link Json}. What could be read as anything but text is quoted, as JSON quotes. Stateless. */
public final class Yaml {
    /** Starts with a letter, so that it is no number and no mark of YAML's. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_/][A-Za-z0-9_./@+,()=-]*( [A-Za-z0-9_./@+,()=-]+)*");

    private static final Set<String> WORDS = Set.of("true", "false", "null", "yes", "no", "on", "off", "y", "n");

    private Yaml() {}

    /** A document without marks before and behind it, with a line end. */
    public static String of(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out, 0, false);
        return out.toString();
    }

    /** @param placed the cursor stands where the value's first line begins */
    private static void write(@Nullable Object value, StringBuilder out, int indent, boolean placed) {
        Object plain = Json.plain(value);
        String margin = " ".repeat(indent);
        String first = placed ? "" : margin;
        if (!isBlock(plain)) {
            out.append(first).append(scalar(plain)).append('\n');
        } else if (plain instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> member : map.entrySet()) {
                out.append(first).append(text(String.valueOf(member.getKey()))).append(':');
                Object inner = Json.plain(member.getValue());
                out.append(isBlock(inner) ? '\n' : ' ');
                write(inner, out, indent + 2, !isBlock(inner));
                first = margin;
            }
        } else if (plain instanceof Collection<?> items) {
            for (Object item : items) {
                out.append(first).append("- ");
                write(item, out, indent + 2, true);
                first = margin;
            }
        }
    }

    private static boolean isBlock(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) return !map.isEmpty();
        return value instanceof Collection<?> items && !Json.isShort(items);
    }

    private static String scalar(@Nullable Object value) {
        if (value instanceof CharSequence text) return text(text.toString());
        boolean json = value == null
                || value instanceof Number
                || value instanceof Boolean
                || value instanceof Map
                || value instanceof Collection;
        return json ? Json.compact(value) : text(String.valueOf(value));
    }

    private static String text(String text) {
        boolean plain = PLAIN.matcher(text).matches() && !WORDS.contains(text.toLowerCase(Locale.ROOT));
        return plain ? text : Json.compact(text);
    }
}
