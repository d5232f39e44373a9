package dev.curia.broker.console;

import dev.curia.broker.http.Reply;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One thing that the API answers. Immutable.
 *
 * @param path with the names of parameters in braces
 * @param doc what it answers, for people
 * @param answer the gRPC message whose JSON it is, or what it has
 * @param parameters besides those in the path
 */
public record Route(String path, String doc, String answer, List<Parameter> parameters, Handler handler) {

    /** @param doc with its unit, range and default */
    public record Parameter(String name, String doc) {}

    /** May block; throws a {@link ConsoleException} for what it cannot answer. */
    @FunctionalInterface
    interface Handler {
        Reply answer(Query query);
    }

    /** Answers JSON. */
    @FunctionalInterface
    interface Json {
        Object answer(Query query);
    }

    static Route json(String path, String doc, String answer, List<Parameter> parameters, Json handler) {
        return new Route(path, doc, answer, parameters, query -> Replies.json(200, handler.answer(query)));
    }

    /** The parameters in a path that fits. */
    Optional<Map<String, String>> match(String asked) {
        String[] expected = path.split("/", -1);
        String[] given = asked.split("/", -1);
        if (expected.length != given.length) return Optional.empty();
        Map<String, String> found = new LinkedHashMap<>();
        for (int i = 0; i < expected.length; i++) {
            if (expected[i].startsWith("{")) found.put(name(expected[i]), decode(given[i]));
            else if (!expected[i].equals(given[i])) return Optional.empty();
        }
        return Optional.of(found);
    }

    List<String> parameterNames() {
        Stream<String> inPath = Stream.of(path.split("/", -1))
                .filter(part -> part.startsWith("{"))
                .map(Route::name);
        return Stream.concat(inPath, parameters.stream().map(Parameter::name)).toList();
    }

    private static String decode(String part) {
        try {
            return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw ConsoleException.badRequest("'" + part + "' in the path is not encoded as it should be");
        }
    }

    private static String name(String part) {
        return part.substring(1, part.length() - 1);
    }
}
