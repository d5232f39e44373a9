package dev.curia.broker.http;

import java.util.Optional;
import java.util.function.Function;

/**
 * What was asked over HTTP.
 *
 * @param path as it came, encoded
 * @param query as it came, without the question mark; empty: none
 * @param headers the first value of the header of that name, in any case
 */
public record Request(String method, String path, String query, Function<String, Optional<String>> headers) {
    public Optional<String> header(String name) {
        return headers.apply(name);
    }
}
