package dev.curia.broker.console;

import dev.curia.broker.http.Reply;
import dev.curia.broker.http.Request;
import dev.curia.common.text.Json;
import dev.curia.common.time.SystemClock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A console over a cluster, asked without a network. */
final class Asking {
    private final Console console;
    private final Map<String, String> headers = new LinkedHashMap<>(Map.of("Host", "localhost:9096"));

    Asking(ClusterReads cluster, boolean messages) {
        Json.Obj self = Json.object().put("messages", messages);
        console = new Console(
                Routes.of(cluster, self, messages, new SystemClock()), Set.of("broker-1.example"), new SystemClock());
    }

    Asking with(String header, String value) {
        headers.put(header, value);
        return this;
    }

    Asking without(String header) {
        headers.remove(header);
        return this;
    }

    Reply get(String address) {
        int mark = address.indexOf('?');
        String path = mark < 0 ? address : address.substring(0, mark);
        String query = mark < 0 ? "" : address.substring(mark + 1);
        return console.answer(new Request("GET", path, query, name -> Optional.ofNullable(headers.get(name))));
    }

    String text(String address) {
        return body(get(address));
    }

    static String body(Reply reply) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            reply.body().writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
