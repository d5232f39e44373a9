package dev.curia.broker.console;

import dev.curia.broker.http.Reply;
import dev.curia.broker.http.Request;
import dev.curia.broker.http.Site;
import dev.curia.common.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The site: {@code /console/} and {@code /api/v1/}. Thread-safe; blocks while it asks the cluster. */
public final class Console implements Site {
    static final String API = "/api/v1";
    private static final String PAGES = "/console/";

    private static final double REQUESTS_PER_SECOND = 50;
    private static final double BURST = 200;

    private static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none';"
                    + " form-action 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options",
            "nosniff",
            "X-Frame-Options",
            "DENY",
            "Referrer-Policy",
            "no-referrer",
            "Cross-Origin-Resource-Policy",
            "same-origin",
            "Cross-Origin-Opener-Policy",
            "same-origin");

    private final List<Route> routes;
    private final Gate gate;
    private final Rate rate;

    /** @param hosts names in lower case under which it may be reached, besides addresses and localhost */
    public Console(List<Route> routes, Set<String> hosts, Clock clock) {
        this.routes = List.copyOf(routes);
        this.gate = new Gate(Set.copyOf(hosts));
        this.rate = new Rate(REQUESTS_PER_SECOND, BURST, clock);
    }

    @Override
    public Reply answer(Request request) {
        Reply reply;
        try {
            reply = decide(request);
        } catch (ConsoleException e) {
            reply = Replies.error(e);
        }
        for (Map.Entry<String, String> header : HEADERS.entrySet())
            reply = reply.with(header.getKey(), header.getValue());
        return reply;
    }

    private Reply decide(Request request) {
        Optional<ConsoleException> refusal = gate.refusal(request);
        if (refusal.isPresent()) return Replies.error(refusal.get());
        String path = request.path();
        if (path.equals("/") || path.equals("/console")) {
            return Reply.of(302, "text/plain; charset=utf-8", "see " + PAGES + "\n")
                    .with("Location", PAGES);
        }
        if (path.startsWith(PAGES)) {
            return Pages.find(path.substring(PAGES.length())).orElseThrow(() -> unknown(path));
        }
        if (!path.startsWith(API + "/")) throw unknown(path);
        if (!rate.take())
            throw new ConsoleException(429, "more than " + (int) REQUESTS_PER_SECOND + " requests a second");
        return call(path.substring(API.length()), request.query());
    }

    private Reply call(String path, String query) {
        for (Route route : routes) {
            Optional<Map<String, String>> fromPath = route.match(path);
            if (fromPath.isEmpty()) continue;
            Query parameters = Query.of(fromPath.get(), query);
            parameters.only(route.parameterNames());
            return route.handler().answer(parameters);
        }
        throw unknown(API + path);
    }

    private static ConsoleException unknown(String path) {
        return ConsoleException.notFound("there is nothing at " + path + ": expected " + PAGES + ", " + API
                + "/..., /metrics, /health/live or /health/ready");
    }
}
