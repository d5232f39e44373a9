package dev.curia.broker.tool;

import dev.curia.common.text.Json;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Shows the bytes of keys, values and headers, no more of each than a number. Immutable. */
record ShownBytes(BytesFormat format, int most) {
    /** For people, on one line. */
    String text(@Nullable ByteBuffer bytes) {
        if (bytes == null) return "null";
        String rest = bytes.remaining() > most ? "… (" + Text.bytes(bytes.remaining()) + ")" : "";
        byte[] shown = first(bytes);
        return switch (format) {
            case TEXT -> '"' + readable(shown, !rest.isEmpty()) + '"' + rest;
            case HEX -> HexFormat.of().formatHex(shown) + rest;
            case BASE64 -> Base64.getEncoder().encodeToString(shown) + rest;
        };
    }

    /** As members of an object: under {@code name} as text, or with the encoding behind the name. */
    void json(Json.Obj object, String name, @Nullable ByteBuffer bytes) {
        if (bytes == null) {
            object.put(name, null);
            return;
        }
        byte[] shown = first(bytes);
        String text = format == BytesFormat.TEXT ? utf8(shown) : null;
        if (text != null) object.put(name, text);
        else if (format == BytesFormat.HEX)
            object.put(name + "Hex", HexFormat.of().formatHex(shown));
        else object.put(name + "Base64", Base64.getEncoder().encodeToString(shown));
        if (bytes.remaining() > shown.length) object.put(name + "Bytes", bytes.remaining());
    }

    private byte[] first(ByteBuffer bytes) {
        byte[] shown = new byte[Math.min(most, bytes.remaining())];
        bytes.duplicate().get(shown);
        return shown;
    }

    private static @Nullable String utf8(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /** @param cut whether the last character may be incomplete */
    private static String readable(byte[] bytes, boolean cut) {
        String decoded = utf8(bytes);
        for (int less = 1; decoded == null && cut && less < 4 && less < bytes.length; less++) {
            decoded = utf8(java.util.Arrays.copyOf(bytes, bytes.length - less));
        }
        StringBuilder out = new StringBuilder(bytes.length + 16);
        if (decoded == null) {
            for (byte one : bytes) escape(out, one & 0xff, one < 0x20);
        } else {
            decoded.codePoints().forEach(point -> escape(out, point, Character.isISOControl(point)));
        }
        return out.toString();
    }

    private static void escape(StringBuilder out, int point, boolean unreadable) {
        switch (point) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> {
                if (unreadable || point == 0x7f) out.append(String.format("\\x%02x", point));
                else out.appendCodePoint(point);
            }
        }
    }
}
