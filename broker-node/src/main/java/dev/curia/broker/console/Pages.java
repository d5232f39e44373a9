package dev.curia.broker.console;

import dev.curia.broker.http.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;

/** The console's files, from the jar: as the build of broker-node/console made them. Stateless. */
final class Pages {
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "svg", "image/svg+xml",
            "txt", "text/plain; charset=utf-8");

    private Pages() {}

    /** @param name below /console/; empty: the page itself */
    static Optional<Reply> find(String name) {
        String file = name.isEmpty() ? "index.html" : name;
        String type = TYPES.get(file.substring(file.lastIndexOf('.') + 1));
        // Only names as the build gives them: nothing that leads out of the directory.
        if (type == null || !file.matches("(assets/)?[A-Za-z0-9_-]+\\.[a-z]+")) return Optional.empty();
        try (InputStream in = Pages.class.getResourceAsStream("web/" + file)) {
            if (in == null) return Optional.empty();
            // The names of assets change with what is in them.
            String caching = file.startsWith("assets/") ? "public, max-age=31536000, immutable" : "no-cache";
            return Optional.of(Reply.of(200, type, in.readAllBytes()).with("Cache-Control", caching));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
