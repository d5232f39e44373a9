package dev.curia.broker.kafka.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.common.security.Acl;
import dev.curia.common.security.Operation;
import dev.curia.common.security.PatternType;
import dev.curia.common.security.Permission;
import dev.curia.common.security.Principal;
import dev.curia.common.security.ResourceType;
import dev.curia.testkit.Await;
import io.micrometer.core.instrument.Counter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.admin.UserScramCredentialsDescription;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.ResourceNotFoundException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnacceptableCredentialException;
import org.apache.kafka.common.errors.UnsupportedSaslMechanismException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kafka's own clients log in, and others do not. */
class SaslTest {
    static final String JAAS = "org.apache.kafka.common.security.plain.PlainLoginModule required"
            + " user_root=\"root-secret\" user_alice=\"plain-secret\";";

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private TestBroker broker;

    @BeforeEach
    void start() throws Exception {
        start(Map.of());
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : opened) each.close();
    }

    static Map<String, String> sasl(Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "listener.security.protocol.map", "PLAINTEXT:SASL_PLAINTEXT",
                "sasl.enabled.mechanisms", "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
                "listener.name.plaintext.plain.sasl.jaas.config", JAAS,
                "connection.failed.authentication.delay.ms", "10"));
        settings.putAll(more);
        return settings;
    }

    private void start(Map<String, String> more) throws Exception {
        broker = new TestBroker(directory, Duration.ofMinutes(1), null, sasl(more));
        opened.add(broker);
        broker.topic("t", 1);
    }

    private Map<String, Object> client(String mechanism, String user, String password) {
        return SaslClients.of(broker.bootstrap(), "SASL_PLAINTEXT", mechanism, user, password);
    }

    private void alter(UserScramCredentialAlteration... alterations) throws Exception {
        try (Admin root = Admin.create(client("PLAIN", "root", "root-secret"))) {
            root.alterUserScramCredentials(List.of(alterations)).all().get(20, TimeUnit.SECONDS);
        }
    }

    private static UserScramCredentialUpsertion password(String user, ScramMechanism mechanism, String password) {
        return new UserScramCredentialUpsertion(user, new ScramCredentialInfo(mechanism, 4096), password);
    }

    private double logins(String mechanism, String outcome) {
        Counter counter = broker.meters
                .find("curia_kafka_logins")
                .tags("mechanism", mechanism, "outcome", outcome)
                .counter();
        return counter == null ? 0 : counter.count();
    }

    private void writesAndReads(Map<String, Object> settings) throws Exception {
        try (KafkaProducer<String, String> producer =
                        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
                KafkaConsumer<String, String> consumer =
                        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            RecordMetadata written =
                    producer.send(new ProducerRecord<>("t", 0, "k", "v")).get(20, TimeUnit.SECONDS);
            TopicPartition partition = new TopicPartition("t", 0);
            consumer.assign(List.of(partition));
            consumer.seek(partition, written.offset());
            Await.until(
                    "the record is read",
                    PATIENCE,
                    () -> !consumer.poll(Duration.ofMillis(200)).isEmpty());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"})
    void whoKnowsThePasswordWritesAndReads(String mechanism) throws Exception {
        alter(
                password("alice", ScramMechanism.SCRAM_SHA_256, "plain-secret"),
                password("alice", ScramMechanism.SCRAM_SHA_512, "plain-secret"));
        writesAndReads(client(mechanism, "alice", "plain-secret"));
        assertThat(logins(mechanism, "success")).isPositive();
        assertThat(logins(mechanism, "failure")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"})
    void aWrongPasswordAndAnUnknownUserAreRefusedAlike(String mechanism) throws Exception {
        alter(
                password("alice", ScramMechanism.SCRAM_SHA_256, "right"),
                password("alice", ScramMechanism.SCRAM_SHA_512, "right"));
        String wrong = refusal(client(mechanism, "alice", "wrong"));
        assertThat(wrong).contains("Authentication failed").doesNotContain("wrong");
        assertThat(refusal(client(mechanism, "nobody", "wrong"))).isEqualTo(wrong);
        assertThat(logins(mechanism, "failure")).isGreaterThanOrEqualTo(2);
    }

    private static String refusal(Map<String, Object> settings) throws Exception {
        try (Admin admin = Admin.create(settings)) {
            Future<?> listed = admin.listTopics().names().toCompletionStage().toCompletableFuture();
            Throwable cause = org.assertj.core.api.Assertions.catchThrowable(() -> listed.get(20, TimeUnit.SECONDS))
                    .getCause();
            assertThat(cause).isInstanceOf(SaslAuthenticationException.class);
            return String.valueOf(Objects.requireNonNull(cause).getMessage());
        }
    }

    @Test
    void aMechanismThatIsNotEnabledIsRefusedWithThoseThatAre() throws Exception {
        broker.close();
        start(Map.of("sasl.enabled.mechanisms", "SCRAM-SHA-512"));
        try (Admin admin = Admin.create(client("PLAIN", "root", "root-secret"))) {
            assertThatThrownBy(() -> admin.listTopics().names().get(20, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(UnsupportedSaslMechanismException.class)
                    .hasMessageContaining("SCRAM-SHA-512");
        }
        assertThat(logins("none", "failure")).isPositive();
    }

    @Test
    void credentialsAreSetDescribedReplacedAndRemoved() throws Exception {
        alter(
                password("alice", ScramMechanism.SCRAM_SHA_256, "one"),
                password("bob", ScramMechanism.SCRAM_SHA_512, "two"));
        writesAndReads(client("SCRAM-SHA-256", "alice", "one"));
        try (Admin admin = Admin.create(client("SCRAM-SHA-512", "bob", "two"))) {
            Map<String, UserScramCredentialsDescription> all =
                    admin.describeUserScramCredentials().all().get(20, TimeUnit.SECONDS);
            assertThat(all).containsOnlyKeys("alice", "bob");
            assertThat(Objects.requireNonNull(all.get("bob")).credentialInfos())
                    .containsExactly(new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096));
            assertThatThrownBy(() -> admin.describeUserScramCredentials(List.of("carol"))
                            .description("carol")
                            .get(20, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(ResourceNotFoundException.class);
            assertThatThrownBy(() -> alter(new UserScramCredentialUpsertion(
                            "weak", new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 4095), "x")))
                    .hasCauseInstanceOf(UnacceptableCredentialException.class)
                    .hasMessageContaining("4096");
            assertThatThrownBy(() -> alter(new UserScramCredentialDeletion("alice", ScramMechanism.SCRAM_SHA_512)))
                    .hasCauseInstanceOf(ResourceNotFoundException.class);
        }
        alter(password("alice", ScramMechanism.SCRAM_SHA_256, "three"));
        refusal(client("SCRAM-SHA-256", "alice", "one"));
        writesAndReads(client("SCRAM-SHA-256", "alice", "three"));
        alter(new UserScramCredentialDeletion("alice", ScramMechanism.SCRAM_SHA_256));
        refusal(client("SCRAM-SHA-256", "alice", "three"));
    }

    @Test
    void aClientLogsInAgainWhileItWrites() throws Exception {
        broker.close();
        start(Map.of("connections.max.reauth.ms", "500"));
        alter(password("alice", ScramMechanism.SCRAM_SHA_512, "secret"));
        Map<String, Object> settings = client("SCRAM-SHA-512", "alice", "secret");
        settings.put("retries", "0");
        settings.put("enable.idempotence", "false");
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            Await.until("it has logged in again three times", PATIENCE, () -> {
                sent.add(producer.send(new ProducerRecord<>("t", 0, "k", "v")));
                return logins("SCRAM-SHA-512", "again") >= 3;
            });
            for (Future<RecordMetadata> each : sent)
                assertThat(each.get(20, TimeUnit.SECONDS).offset()).isNotNegative();
            assertThat(logins("SCRAM-SHA-512", "failure")).isZero();
        }
    }

    @Test
    void aclsAreAboutWhoLoggedIn() throws Exception {
        broker.close();
        start(Map.of("authorizer.class.name", "standard", "super.users", "User:root"));
        alter(password("alice", ScramMechanism.SCRAM_SHA_512, "secret"));
        Map<String, Object> alice = client("SCRAM-SHA-512", "alice", "secret");
        assertThatThrownBy(() -> writesAndReads(alice)).hasCauseInstanceOf(TopicAuthorizationException.class);
        broker.allow(new Acl(
                ResourceType.TOPIC,
                "t",
                PatternType.LITERAL,
                Principal.user("alice"),
                Acl.WILDCARD,
                Operation.ALL,
                Permission.ALLOW));
        writesAndReads(alice);
        try (Admin admin = Admin.create(alice)) {
            assertThatThrownBy(() -> admin.describeUserScramCredentials().all().get(20, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(ClusterAuthorizationException.class);
            assertThatThrownBy(() -> admin.alterUserScramCredentials(
                                    List.of(password("alice", ScramMechanism.SCRAM_SHA_512, "other")))
                            .all()
                            .get(20, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(ClusterAuthorizationException.class);
        }
    }

    /** KIP-43: what kafka-python up to 2.0 does. */
    @Test
    void tokensMayComeWithoutHeaders() throws Exception {
        try (RawSasl client = new RawSasl(broker.port())) {
            assertThat(client.handshake((short) 0, "PLAIN").errorCode()).isZero();
            assertThat(client.rawToken("\0alice\0plain-secret".getBytes(StandardCharsets.UTF_8)))
                    .isEmpty();
            assertThat(client.listsTopics()).contains("t");
        }
        try (RawSasl client = new RawSasl(broker.port())) {
            client.handshake((short) 0, "PLAIN");
            client.send("\0alice\0wrong".getBytes(StandardCharsets.UTF_8));
            assertThat(client.isClosed()).isTrue();
        }
    }
}
