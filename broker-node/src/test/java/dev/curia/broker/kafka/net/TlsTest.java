package dev.curia.broker.kafka.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.broker.security.TestCertificates;
import dev.curia.common.config.ConfigException;
import dev.curia.common.security.Principal;
import dev.curia.testkit.Await;
import io.micrometer.core.instrument.Counter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka's own clients by TLS, with and without certificates of their own. */
class TlsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    static Path keys;

    private static TestCertificates server;
    private static TestCertificates other;
    private static TestCertificates alice;

    @TempDir
    Path directory;

    private final List<AutoCloseable> opened = new ArrayList<>();

    @SuppressWarnings("NullAway.Init") // by start()
    private TestBroker broker;

    @BeforeAll
    static void certificates() throws Exception {
        server = TestCertificates.make(keys, "server", "CN=localhost", 30);
        other = TestCertificates.make(keys, "other", "CN=localhost", 400);
        alice = TestCertificates.make(keys, "alice", "CN=alice,OU=ops,O=Example", 30);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : opened) each.close();
    }

    private static Map<String, String> keystore(Path file) {
        return Map.of(
                "ssl.keystore.location",
                file.toString(),
                "ssl.keystore.type",
                "PKCS12",
                "ssl.keystore.password",
                TestCertificates.PASSWORD);
    }

    private static Map<String, String> truststore(TestCertificates trusted) throws Exception {
        return Map.of(
                "ssl.truststore.location",
                trusted.truststore().toString(),
                "ssl.truststore.type",
                "PKCS12",
                "ssl.truststore.password",
                TestCertificates.PASSWORD);
    }

    @SafeVarargs
    private void start(String protocol, Map<String, String>... more) throws Exception {
        Map<String, String> settings = new HashMap<>(Map.of("listener.security.protocol.map", "PLAINTEXT:" + protocol));
        for (Map<String, String> each : more) settings.putAll(each);
        broker = new TestBroker(directory, Duration.ofMinutes(1), null, settings);
        opened.add(broker);
        broker.topic("t", 1);
    }

    @SafeVarargs
    private Map<String, Object> client(Map<String, String>... more) {
        Map<String, Object> settings = new HashMap<>(Map.of(
                "bootstrap.servers", broker.bootstrap(),
                "security.protocol", "SSL",
                "request.timeout.ms", "10000",
                "default.api.timeout.ms", "15000"));
        for (Map<String, String> each : more) settings.putAll(each);
        return settings;
    }

    /** Many records, so that answers are several chunks of several slices. */
    private void writesAndReads(Map<String, Object> settings) throws Exception {
        int records = 40;
        byte[] value = new byte[100_000];
        settings.put("max.partition.fetch.bytes", "3000000");
        try (KafkaProducer<byte[], byte[]> producer =
                        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
                KafkaConsumer<byte[], byte[]> consumer =
                        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < records; i++) sent.add(producer.send(new ProducerRecord<>("t", 0, null, value)));
            long first = sent.get(0).get(20, TimeUnit.SECONDS).offset();
            for (Future<RecordMetadata> each : sent) each.get(20, TimeUnit.SECONDS);
            TopicPartition partition = new TopicPartition("t", 0);
            consumer.assign(List.of(partition));
            consumer.seek(partition, first);
            List<Integer> sizes = new ArrayList<>();
            Await.until("all are read", PATIENCE, () -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> sizes.add(record.value().length));
                return sizes.size() >= records;
            });
            assertThat(sizes).containsOnly(value.length);
        }
        Await.until("no slice is held", PATIENCE, () -> broker.openSlices.get() == 0);
    }

    private void describesUsers(Map<String, Object> settings) throws Exception {
        try (Admin admin = Admin.create(settings)) {
            admin.describeUserScramCredentials().all().get(20, TimeUnit.SECONDS);
        }
    }

    private double count(String name, String... tags) {
        Counter counter = broker.meters.find(name).tags(tags).counter();
        return counter == null ? 0 : counter.count();
    }

    @Test
    void recordsGoBothWaysEncrypted() throws Exception {
        start("SSL", keystore(server.keystore()));
        writesAndReads(client(truststore(server)));
        assertThat(broker.metric("curia_tls_certificate_days_left")).isBetween(28.0, 31.0);
        assertThatThrownBy(() -> describesUsers(client(truststore(other))))
                .hasCauseInstanceOf(SslAuthenticationException.class);
        Await.until("it is counted", PATIENCE, () -> count("curia_tls_handshake_failures") > 0);
    }

    @Test
    void keysMayBePemInFilesOrInTheSettings() throws Exception {
        Path pem = keys.resolve("server.pem");
        Files.writeString(pem, server.keyPem() + server.certificatePem());
        start("SSL", Map.of("ssl.keystore.location", pem.toString(), "ssl.keystore.type", "PEM"));
        Map<String, String> trust =
                Map.of("ssl.truststore.type", "PEM", "ssl.truststore.certificates", server.certificatePem());
        describesUsers(client(trust));
        start(
                "SSL",
                Map.of(
                        "ssl.keystore.type", "PEM",
                        "listener.name.plaintext.ssl.keystore.key", server.keyPem(),
                        "listener.name.plaintext.ssl.keystore.certificate.chain", server.certificatePem()));
        describesUsers(client(trust));
    }

    @Test
    void aClientIsWhoItsCertificateSays() throws Exception {
        start(
                "SSL",
                keystore(server.keystore()),
                truststore(alice),
                Map.of(
                        "ssl.client.auth", "required",
                        "ssl.principal.mapping.rules", "RULE:^CN=(.*?),OU=ops.*$/$1@ops/U,DEFAULT"));
        assertThatThrownBy(() -> describesUsers(client(truststore(server))))
                .hasCauseInstanceOf(org.apache.kafka.common.KafkaException.class);
        assertThat(broker.principals).isEmpty();
        describesUsers(client(truststore(server), keystore(alice.keystore())));
        assertThat(broker.principals).containsExactly(Principal.user("ALICE@OPS"));
    }

    @Test
    void whoIsOnlyRequestedToShowACertificateMayGoWithout() throws Exception {
        start("SSL", keystore(server.keystore()), truststore(alice), Map.of("ssl.client.auth", "requested"));
        describesUsers(client(truststore(server)));
        assertThat(broker.principals).containsExactly(Principal.ANONYMOUS);
        describesUsers(client(truststore(server), keystore(alice.keystore())));
        assertThat(broker.principals)
                .containsExactlyInAnyOrder(Principal.ANONYMOUS, Principal.user("CN=alice,OU=ops,O=Example"));
    }

    @Test
    void aSubjectThatFitsNoRuleIsRefused() throws Exception {
        start(
                "SSL",
                keystore(server.keystore()),
                truststore(alice),
                Map.of("ssl.client.auth", "required", "ssl.principal.mapping.rules", "RULE:^CN=(bob).*$/$1/"));
        Map<String, Object> settings = client(truststore(server), keystore(alice.keystore()));
        settings.put("default.api.timeout.ms", "2000");
        settings.put("request.timeout.ms", "1000");
        assertThatThrownBy(() -> describesUsers(settings)).isNotNull();
        assertThat(broker.principals).isEmpty();
    }

    @Test
    void passwordsGoEncryptedToo() throws Exception {
        start(
                "SASL_SSL",
                keystore(server.keystore()),
                Map.of(
                        "ssl.client.auth", "required", // without effect where clients log in
                        "sasl.enabled.mechanisms", "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
                        "listener.name.plaintext.plain.sasl.jaas.config", SaslTest.JAAS));
        Map<String, Object> root = SaslClients.of(broker.bootstrap(), "SASL_SSL", "PLAIN", "root", "root-secret");
        root.putAll(truststore(server));
        try (Admin admin = Admin.create(root)) {
            for (ScramMechanism each : List.of(ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512)) {
                admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(
                                "bob", new ScramCredentialInfo(each, 4096), "bob-secret")))
                        .all()
                        .get(20, TimeUnit.SECONDS);
            }
        }
        writesAndReads(root);
        for (String mechanism : List.of("SCRAM-SHA-256", "SCRAM-SHA-512")) {
            Map<String, Object> bob = SaslClients.of(broker.bootstrap(), "SASL_SSL", mechanism, "bob", "bob-secret");
            bob.putAll(truststore(server));
            describesUsers(bob);
        }
        assertThat(broker.principals).contains(Principal.user("bob"), Principal.user("root"));
    }

    @Test
    void aNewCertificateIsTakenAndABrokenOneIsNot() throws Exception {
        Path file = keys.resolve("changing.p12");
        Files.copy(server.keystore(), file);
        start("SSL", keystore(file), Map.of("curia.ssl.reload.interval.ms", "20"));
        try (KafkaProducer<byte[], byte[]> old =
                new KafkaProducer<>(client(truststore(server)), new ByteArraySerializer(), new ByteArraySerializer())) {
            old.send(new ProducerRecord<>("t", new byte[1])).get(20, TimeUnit.SECONDS);
            Files.copy(other.keystore(), file, StandardCopyOption.REPLACE_EXISTING);
            Await.until("the new one is in use", PATIENCE, () -> count("curia_tls_reloads", "outcome", "success") == 1);
            describesUsers(client(truststore(other)));
            assertThat(broker.metric("curia_tls_certificate_days_left")).isGreaterThan(390);
            old.send(new ProducerRecord<>("t", new byte[1])).get(20, TimeUnit.SECONDS);

            Files.writeString(file, "no key");
            Await.until("the broken one is met", PATIENCE, () -> count("curia_tls_reloads", "outcome", "failure") == 1);
            describesUsers(client(truststore(other)));
            Files.delete(file);
            Await.until("the gap is met", PATIENCE, () -> count("curia_tls_reloads", "outcome", "failure") == 2);
            describesUsers(client(truststore(other)));
        }
    }

    @Test
    void whatIsNotTlsOrNeverEndsItsHandshakeIsClosed() throws Exception {
        start("SSL", keystore(server.keystore()), Map.of("curia.authentication.timeout.ms", "300"));
        try (RawSasl plain = new RawSasl(broker.port());
                RawSasl silent = new RawSasl(broker.port())) {
            plain.send(new byte[100]);
            assertThat(plain.isClosed()).isTrue();
            assertThat(silent.isClosed()).isTrue();
        }
        assertThat(count("curia_tls_handshake_failures")).isEqualTo(2);
        describesUsers(client(truststore(server)));
    }

    @Test
    void whatCannotBeUsedIsSaidAtTheStartWithoutSecrets() throws Exception {
        assertRefused(Map.of(), "ssl.keystore.location is missing");
        assertRefused(keystore(Path.of("no-such-file")), "no-such-file");
        assertRefused(
                Map.of(
                        "ssl.keystore.type", "PEM",
                        "ssl.keystore.key", server.keyPem(),
                        "ssl.keystore.certificate.chain", other.certificatePem()),
                "the certificate is not of the private key");
        Map<String, String> cipher = new HashMap<>(keystore(server.keystore()));
        cipher.put("ssl.cipher.suites", "ROT13");
        assertRefused(cipher, "ROT13");
    }

    private void assertRefused(Map<String, String> settings, String complaint) {
        assertThatThrownBy(() -> start("SSL", settings))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(complaint)
                .hasMessageNotContaining(TestCertificates.PASSWORD)
                .hasMessageNotContaining("BEGIN");
    }
}
