package dev.curia.broker.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.curia.common.net.HostPort;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code /metrics} (Prometheus text), {@code /health/live} (this process answers) and {@code /health/ready} (the node can
 * really serve; 503 with what is missing otherwise), and hands everything else to a {@link Site}, which has threads of its own: whatever
 * goes on there, metrics and health are answered. Thread-safe.
 */
public final class HttpEndpoint implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpEndpoint.class);
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
    private static final int THREADS = 2;
    private static final int SITE_THREADS = 12;
    private static final int SITE_QUEUE = 64;

    private final HttpServer server;
    private final ExecutorService executor;
    private final ExecutorService siteExecutor;
    private final Readiness node;

    private HttpEndpoint(HttpServer server, Readiness node) {
        this.server = server;
        this.node = node;
        this.executor = Executors.newFixedThreadPool(THREADS, threads("http"));
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                SITE_THREADS,
                SITE_THREADS,
                1,
                TimeUnit.MINUTES,
                new ArrayBlockingQueue<>(SITE_QUEUE),
                threads("http-site"));
        pool.allowCoreThreadTimeOut(true);
        this.siteExecutor = pool;
    }

    private static ThreadFactory threads(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    /** @throws IOException when the address cannot be bound; the message names it */
    public static HttpEndpoint start(
            HostPort address,
            HttpSecurity security,
            PrometheusMeterRegistry metrics,
            Readiness node,
            Optional<Site> site)
            throws IOException {
        HttpServer server;
        try {
            server = security.bind(address.toBind());
        } catch (IOException e) {
            throw new IOException("cannot listen for HTTP on " + address + " (http.listener): " + e.getMessage(), e);
        }
        HttpEndpoint endpoint = new HttpEndpoint(server, node);
        server.setExecutor(endpoint.executor);
        endpoint.serve("/metrics", request -> Reply.of(200, PROMETHEUS, metrics.scrape()));
        endpoint.serve("/health/live", request -> Reply.of(200, TEXT, "alive\n"));
        endpoint.serve("/health/ready", request -> endpoint.ready());
        site.ifPresentOrElse(
                pages -> server.createContext("/", exchange -> endpoint.handOver(exchange, pages)),
                () -> endpoint.serve(
                        "/", request -> Reply.of(404, TEXT, "expected /metrics, /health/live or /health/ready\n")));
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
        siteExecutor.shutdownNow();
    }

    private void serve(String path, Site page) {
        server.createContext(path, exchange -> answer(exchange, page));
    }

    private Reply ready() {
        return node.notReadyBecause()
                .map(reason -> Reply.of(503, TEXT, reason + "\n"))
                .orElseGet(() -> Reply.of(200, TEXT, "ready\n"));
    }

    private void handOver(HttpExchange exchange, Site site) throws IOException {
        try {
            siteExecutor.execute(() -> {
                try {
                    answer(exchange, site);
                } catch (IOException e) {
                    LOG.debug("a client of {} went away", exchange.getRequestURI(), e);
                }
            });
        } catch (RejectedExecutionException full) {
            answer(exchange, request -> Reply.of(503, TEXT, "too many requests at once, try again\n"));
        }
    }

    private static void answer(HttpExchange exchange, Site page) throws IOException {
        try (exchange) {
            Reply reply;
            try {
                reply = switch (exchange.getRequestMethod()) {
                    case "GET", "HEAD" -> page.answer(request(exchange));
                    default -> Reply.of(405, TEXT, "expected GET\n");
                };
            } catch (RuntimeException e) {
                LOG.error("failed to answer {} {}", exchange.getRequestMethod(), exchange.getRequestURI(), e);
                reply = Reply.of(500, TEXT, "internal error, see the server's log\n");
            }
            reply.headers().forEach(exchange.getResponseHeaders()::set);
            boolean bodyless = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(reply.status(), bodyless ? -1 : reply.length());
            if (bodyless) return;
            try (OutputStream out = exchange.getResponseBody()) {
                reply.body().writeTo(out);
            }
        }
    }

    private static Request request(HttpExchange exchange) {
        return new Request(
                exchange.getRequestMethod(),
                Objects.requireNonNullElse(exchange.getRequestURI().getRawPath(), "/"),
                Objects.requireNonNullElse(exchange.getRequestURI().getRawQuery(), ""),
                name -> Optional.ofNullable(exchange.getRequestHeaders().getFirst(name)));
    }
}
