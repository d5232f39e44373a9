package dev.curia.broker.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.curia.common.net.HostPort;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code /metrics} (Prometheus text), {@code /health/live} (this process answers) and {@code /health/ready} (the node can
 * really serve; 503 with what is missing otherwise). Thread-safe.
 */
public final class HttpEndpoint implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpEndpoint.class);
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
    private static final int THREADS = 2;

    private final HttpServer server;
    private final ExecutorService executor;
    private final PrometheusMeterRegistry metrics;
    private final Readiness node;

    private HttpEndpoint(HttpServer server, PrometheusMeterRegistry metrics, Readiness node) {
        this.server = server;
        this.metrics = metrics;
        this.node = node;
        this.executor = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "http");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** @throws IOException when the address cannot be bound; the message names it */
    public static HttpEndpoint start(HostPort address, PrometheusMeterRegistry metrics, Readiness node)
            throws IOException {
        HttpServer server;
        try {
            server = HttpServer.create(address.toBind(), 0);
        } catch (IOException e) {
            throw new IOException("cannot listen for HTTP on " + address + " (http.listener): " + e.getMessage(), e);
        }
        HttpEndpoint endpoint = new HttpEndpoint(server, metrics, node);
        server.setExecutor(endpoint.executor);
        server.createContext("/metrics", exchange -> endpoint.answer(exchange, endpoint::scrape));
        server.createContext(
                "/health/live", exchange -> endpoint.answer(exchange, () -> new Answer(200, TEXT, "alive\n")));
        server.createContext("/health/ready", exchange -> endpoint.answer(exchange, endpoint::ready));
        server.createContext(
                "/",
                exchange -> endpoint.answer(
                        exchange, () -> new Answer(404, TEXT, "expected /metrics, /health/live or /health/ready\n")));
        server.start();
        return endpoint;
    }

    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }

    private Answer scrape() {
        return new Answer(200, PROMETHEUS, metrics.scrape());
    }

    private Answer ready() {
        return node.notReadyBecause()
                .map(reason -> new Answer(503, TEXT, reason + "\n"))
                .orElseGet(() -> new Answer(200, TEXT, "ready\n"));
    }

    private void answer(HttpExchange exchange, Page page) throws IOException {
        try (exchange) {
            Answer answer;
            try {
                answer = switch (exchange.getRequestMethod()) {
                    case "GET", "HEAD" -> page.make();
                    default -> new Answer(405, TEXT, "expected GET\n");
                };
            } catch (RuntimeException e) {
                LOG.error("failed to answer {} {}", exchange.getRequestMethod(), exchange.getRequestURI(), e);
                answer = new Answer(500, TEXT, "internal error, see the server's log\n");
            }
            byte[] body = answer.body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", answer.contentType);
            boolean bodyless = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(answer.status, bodyless ? -1 : body.length);
            if (bodyless) return;
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        }
    }

    private interface Page {
        Answer make();
    }

    private record Answer(int status, String contentType, String body) {}
}
