package dev.curia.broker.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.common.net.HostPort;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpEndpointTest {
    private static final HostPort ANY_PORT = new HostPort("127.0.0.1", 0);

    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private volatile Optional<String> missing = Optional.empty();
    private HttpEndpoint endpoint;

    @BeforeEach
    void start() throws IOException {
        endpoint = HttpEndpoint.start(ANY_PORT, meters, () -> missing, Optional.empty());
    }

    @AfterEach
    void stop() {
        endpoint.close();
    }

    @Test
    void scrapesWhatIsRegistered() throws Exception {
        meters.counter("curia_test_events").increment(3);

        HttpResponse<String> response = get("/metrics");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).contains("curia_test_events_total 3.0");
    }

    @Test
    void isAliveEvenWhenNotReady() throws Exception {
        missing = Optional.of("broker 1 is fenced");

        assertThat(get("/health/live").statusCode()).isEqualTo(200);
        assertThat(get("/health/ready").statusCode()).isEqualTo(503);
        assertThat(get("/health/ready").body()).contains("broker 1 is fenced");
    }

    @Test
    void isReadyWhenNothingIsMissing() throws Exception {
        assertThat(get("/health/ready").statusCode()).isEqualTo(200);
    }

    @Test
    void saysWhatItServesToAStranger() throws Exception {
        assertThat(get("/nonsense").statusCode()).isEqualTo(404);
        assertThat(get("/nonsense").body()).contains("/metrics");
    }

    @Test
    void refusesToChangeAnything() throws Exception {
        HttpRequest post = HttpRequest.newBuilder(uri("/metrics"))
                .POST(HttpRequest.BodyPublishers.ofString("x"))
                .build();

        assertThat(HttpClient.newHttpClient()
                        .send(post, BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(405);
    }

    @Test
    void namesThePortThatIsTaken() {
        HostPort taken = new HostPort("127.0.0.1", endpoint.port());

        assertThatThrownBy(() -> HttpEndpoint.start(taken, meters, () -> missing, Optional.empty()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(taken.toString())
                .hasMessageContaining("http.listener");
    }

    private HttpResponse<String> get(String path) throws Exception {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + endpoint.port() + path);
    }
}
