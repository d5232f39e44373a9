package dev.curia.broker.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.broker.security.TestCertificates;
import dev.curia.broker.security.TlsMetrics;
import dev.curia.common.net.HostPort;
import dev.curia.common.time.SystemClock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpEndpointTest {
    private static final HostPort ANY_PORT = new HostPort("127.0.0.1", 0);

    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private volatile Optional<String> missing = Optional.empty();
    private HttpEndpoint endpoint;

    @BeforeEach
    void start() throws IOException {
        endpoint = HttpEndpoint.start(ANY_PORT, HttpSecurity.PLAINTEXT, meters, () -> missing, Optional.empty());
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

        assertThatThrownBy(() ->
                        HttpEndpoint.start(taken, HttpSecurity.PLAINTEXT, meters, () -> missing, Optional.empty()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(taken.toString())
                .hasMessageContaining("http.listener");
    }

    @Test
    void speaksHttpsWithTheNewestCertificate(@TempDir Path directory) throws Exception {
        TestCertificates first = TestCertificates.make(directory, "first", "CN=localhost", 10);
        TestCertificates second = TestCertificates.make(directory, "second", "CN=localhost", 20);
        Path keys = Files.copy(first.keystore(), directory.resolve("keys.p12"));
        Map<String, String> settings = Map.of(
                "http.security.protocol",
                "SSL",
                "http.ssl.keystore.location",
                keys.toString(),
                "http.ssl.keystore.password",
                TestCertificates.PASSWORD,
                "ssl.client.auth",
                "required"); // of Kafka listeners
        HttpSecurity security = HttpSecurity.of(settings, new SystemClock(), new TlsMetrics(meters));
        try (HttpEndpoint https = HttpEndpoint.start(ANY_PORT, security, meters, () -> missing, Optional.empty())) {
            URI uri = URI.create("https://localhost:" + https.port() + "/health/live");
            assertThat(status(uri, first)).isEqualTo(200);
            assertThatThrownBy(() -> status(uri, second)).isInstanceOf(SSLException.class);
            Files.copy(second.keystore(), keys, StandardCopyOption.REPLACE_EXISTING);
            security.tls().orElseThrow().reloadIfChanged();
            assertThat(status(uri, second)).isEqualTo(200);
            assertThat(get("/metrics").body()).contains("curia_tls_certificate_days_left{listener=\"http\"}");
        }
    }

    /** As seen by whoever trusts this certificate only. */
    private static int status(URI uri, TestCertificates trusted) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, TestCertificates.trustManagers(trusted), null);
        return HttpClient.newBuilder()
                .sslContext(context)
                .build()
                .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding())
                .statusCode();
    }

    private HttpResponse<String> get(String path) throws Exception {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + endpoint.port() + path);
    }
}
