package dev.curia.broker.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer over HTTP. Immutable, its body is written once.
 *
 * @param length of the body in bytes; 0: as long as it goes on
 */
public record Reply(int status, Map<String, String> headers, long length, Body body) {

    /** Writes itself; may block as the client does. */
    @FunctionalInterface
    public interface Body {
        void writeTo(OutputStream out) throws IOException;
    }

    public static Reply of(int status, String contentType, byte[] bytes) {
        return new Reply(status, Map.of("Content-Type", contentType), bytes.length, out -> out.write(bytes));
    }

    public static Reply of(int status, String contentType, String text) {
        return of(status, contentType, text.getBytes(StandardCharsets.UTF_8));
    }

    /** One without an end that is known. */
    public static Reply streaming(String contentType, Body body) {
        return new Reply(200, Map.of("Content-Type", contentType), 0, body);
    }

    public Reply with(String header, String value) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put(header, value);
        return new Reply(status, Map.copyOf(all), length, body);
    }
}
