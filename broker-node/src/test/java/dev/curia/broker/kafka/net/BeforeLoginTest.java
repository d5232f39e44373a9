package dev.curia.broker.kafka.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.time.SystemClock;
import dev.curia.testkit.Await;
import dev.curia.testkit.Check;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.SaslHandshakeRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a connection may do before its client has logged in: log in. */
class BeforeLoginTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final byte[] ALICE = "\0alice\0plain-secret".getBytes(StandardCharsets.UTF_8);
    private static final byte[] WRONG = "\0alice\0wrong".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path directory;

    private final SystemClock clock = new SystemClock();
    private TestBroker broker;

    @BeforeEach
    void start() throws Exception {
        start(Map.of("sasl.server.max.receive.size", "2000"));
    }

    private void start(Map<String, String> more) throws Exception {
        broker = new TestBroker(directory, Duration.ofMinutes(1), null, SaslTest.sasl(more));
        broker.topic("t", 1);
    }

    @AfterEach
    void stop() throws Exception {
        broker.close();
    }

    private RawSasl connect() throws IOException {
        return new RawSasl(broker.port());
    }

    private void stillServes() throws IOException {
        try (RawSasl client = connect()) {
            client.handshake((short) 1, "PLAIN");
            assertThat(client.authenticate(ALICE).errorCode()).isZero();
            assertThat(client.listsTopics()).contains("t");
        }
    }

    @Test
    void whatIsServedIsToldAndLogginInIsAmongIt() throws Exception {
        try (RawSasl client = connect()) {
            assertThat(client.versions().apiKeys())
                    .extracting(ApiVersion::apiKey)
                    .contains(ApiKeys.SASL_HANDSHAKE.id, ApiKeys.SASL_AUTHENTICATE.id, ApiKeys.METADATA.id);
        }
        try (TestBroker open = new TestBroker(directory);
                RawSasl client = new RawSasl(open.port())) {
            assertThat(client.versions().apiKeys())
                    .extracting(ApiVersion::apiKey)
                    .doesNotContain(ApiKeys.SASL_HANDSHAKE.id, ApiKeys.SASL_AUTHENTICATE.id)
                    .contains(ApiKeys.METADATA.id);
        }
    }

    @Test
    void nothingElseIsAnswered() throws Exception {
        for (var handler : broker.apis.handlers()) {
            ApiKeys api = handler.api();
            if (api == ApiKeys.API_VERSIONS || api == ApiKeys.SASL_HANDSHAKE || api == ApiKeys.SASL_AUTHENTICATE) {
                continue;
            }
            try (RawSasl client = connect()) {
                client.handshake((short) 1, "PLAIN");
                short version = handler.maxVersion();
                client.socket
                        .getOutputStream()
                        .write(WireTest.frame(api, version, 1, GoodRequests.of(api, version, broker)));
                assertThat(client.isClosed()).as("%s", api).isTrue();
            }
        }
        stillServes();
    }

    @Test
    void aWrongPasswordIsToldAndEndsTheConnection() throws Exception {
        try (RawSasl client = connect()) {
            client.handshake((short) 1, "PLAIN");
            assertThat(client.authenticate(WRONG).errorCode()).isEqualTo(Errors.SASL_AUTHENTICATION_FAILED.code());
            assertThat(client.isClosed()).isTrue();
        }
        try (RawSasl client = connect()) {
            assertThat(client.authenticate(ALICE).errorCode()).isEqualTo(Errors.ILLEGAL_SASL_STATE.code());
            assertThat(client.isClosed()).isTrue();
        }
    }

    /** Requests behind the wrong token must not be served while the refusal waits. */
    @Test
    void nothingBehindAWrongTokenIsServed() throws Exception {
        broker.close();
        start(Map.of("connection.failed.authentication.delay.ms", "300"));
        try (RawSasl client = connect()) {
            long began = clock.monotonicNanos();
            client.handshake((short) 0, "PLAIN");
            client.send(WRONG);
            client.send(ALICE);
            assertThat(client.isClosed()).isTrue();
            assertThat(Duration.ofNanos(clock.monotonicNanos() - began)).isGreaterThan(Duration.ofMillis(290));
        }
    }

    @Test
    void aLargeFrameClosesTheConnectionBeforeTheLoginAndNotAfterIt() throws Exception {
        try (RawSasl client = connect()) {
            client.send(new byte[2001]);
            assertThat(client.isClosed()).isTrue();
        }
        try (RawSasl client = connect()) {
            client.handshake((short) 1, "PLAIN");
            client.authenticate(ALICE);
            client.socket
                    .getOutputStream()
                    .write(WireTest.frame(
                            ApiKeys.SASL_HANDSHAKE,
                            (short) 1,
                            1,
                            new SaslHandshakeRequestData().setMechanism("x".repeat(3000))));
            // Served, and refused for another reason: its session never ends.
            assertThat(client.socket.getInputStream().read()).isNotNegative();
        }
    }

    @Test
    void whoHasNotLoggedInInTimeIsClosed() throws Exception {
        broker.close();
        start(Map.of("curia.authentication.timeout.ms", "200"));
        try (RawSasl silent = connect();
                RawSasl half = connect();
                RawSasl in = connect()) {
            in.handshake((short) 1, "PLAIN");
            in.authenticate(ALICE);
            half.handshake((short) 1, "SCRAM-SHA-256");
            half.socket.getOutputStream().write(new byte[] {0, 0, 0, 9, 1});
            assertThat(silent.isClosed()).isTrue();
            assertThat(half.isClosed()).isTrue();
            assertThat(in.listsTopics()).contains("t");
        }
    }

    @Test
    void whoseSessionEndedIsClosedAtTheNextRequest() throws Exception {
        broker.close();
        start(Map.of("connections.max.reauth.ms", "100"));
        try (RawSasl client = connect()) {
            client.handshake((short) 1, "PLAIN");
            assertThat(client.authenticate(ALICE).sessionLifetimeMs()).isEqualTo(100);
            Await.until("the session has ended", PATIENCE, () -> {
                try {
                    client.listsTopics();
                    return false;
                } catch (IOException closed) {
                    return true;
                }
            });
        }
    }

    @Test
    void randomBytesHurtNobody() throws Exception {
        Check.forAll(300, random -> random, random -> {
            try (RawSasl client = connect()) {
                if (random.nextBoolean()) client.handshake((short) random.nextInt(2), "SCRAM-SHA-256");
                for (int i = 0; i < 3; i++) {
                    byte[] frame = new byte[random.nextInt(200)];
                    random.nextBytes(frame);
                    if (random.nextBoolean()) client.send(frame);
                    else client.socket.getOutputStream().write(frame);
                }
            } catch (IOException closed) {
                // as it should be
            }
        });
        stillServes();
        Await.until("all are gone", PATIENCE, () -> broker.metric("curia_kafka_connections") == 0);
    }
}
