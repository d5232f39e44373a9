package dev.curia.broker.console;

import dev.curia.broker.http.Reply;
import dev.curia.common.text.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers of the API. Stateless. */
final class Replies {
    private static final String JSON = "application/json; charset=utf-8";

    private Replies() {}

    static Reply json(int status, @Nullable Object value) {
        return Reply.of(status, JSON, Json.compact(value) + "\n").with("Cache-Control", "no-store");
    }

    static Reply error(ConsoleException failure) {
        return json(failure.status(), Map.of("error", failure.text()));
    }
}
