package dev.curia.common.text;

import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes JSON (RFC 8259) from maps, collections, strings, numbers, booleans and null. Stateless. */
public final class Json {
    private Json() {}

    /** An object under construction: its members in the order of the calls. */
    public static Obj object() {
        return new Obj();
    }

    /** On one line. */
    public static String compact(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out, -1);
        return out.toString();
    }

    /** Indented by two spaces, with a line end. */
    public static String pretty(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out, 0);
        return out.append('\n').toString();
    }

    /** See {@link #object()}. */
    public static final class Obj {
        private final Map<String, @Nullable Object> members = new LinkedHashMap<>();

        private Obj() {}

        public Obj put(String name, @Nullable Object value) {
            members.put(name, value instanceof Obj object ? object.members : value);
            return this;
        }
    }

    /** An object as the map that it is; anything else as it is. */
    static @Nullable Object plain(@Nullable Object value) {
        return value instanceof Obj object ? object.members : value;
    }

    /** Whether a list is written on one line: it is empty, or holds numbers only. */
    static boolean isShort(Collection<?> items) {
        return items.stream().allMatch(item -> item instanceof Number);
    }

    private static void write(@Nullable Object value, StringBuilder out, int indent) {
        if (value instanceof Obj object) writeMap(object.members, out, indent);
        else if (value instanceof Map<?, ?> map) writeMap(map, out, indent);
        else if (value instanceof Collection<?> items) writeList(items, out, indent);
        else if (value == null || value instanceof Number || value instanceof Boolean) out.append(value);
        else writeString(value.toString(), out);
    }

    private static void writeMap(Map<?, ?> map, StringBuilder out, int indent) {
        if (map.isEmpty()) {
            out.append("{}");
            return;
        }
        out.append('{');
        int inner = indent < 0 ? -1 : indent + 1;
        for (Iterator<? extends Map.Entry<?, ?>> i = map.entrySet().iterator(); i.hasNext(); ) {
            Map.Entry<?, ?> member = i.next();
            newLine(out, inner);
            writeString(String.valueOf(member.getKey()), out);
            out.append(indent < 0 ? ":" : ": ");
            write(member.getValue(), out, inner);
            if (i.hasNext()) out.append(',');
        }
        newLine(out, indent);
        out.append('}');
    }

    private static void writeList(Collection<?> items, StringBuilder out, int indent) {
        boolean plain = isShort(items);
        int inner = indent < 0 || plain ? -1 : indent + 1;
        out.append('[');
        for (Iterator<?> i = items.iterator(); i.hasNext(); ) {
            Object item = i.next();
            newLine(out, inner);
            write(item, out, inner);
            if (i.hasNext()) out.append(plain && indent >= 0 ? ", " : ",");
        }
        if (!items.isEmpty() && !plain) newLine(out, indent);
        out.append(']');
    }

    private static void newLine(StringBuilder out, int indent) {
        if (indent >= 0) out.append('\n').append("  ".repeat(indent));
    }

    private static void writeString(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20 || c == 0x7f || (Character.isSurrogate(c) && !paired(text, i)))
                        out.append(String.format("\\u%04x", (int) c));
                    else out.append(c);
                }
            }
        }
        out.append('"');
    }

    private static boolean paired(String text, int i) {
        char c = text.charAt(i);
        if (Character.isHighSurrogate(c)) return i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1));
        return i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
    }
}
