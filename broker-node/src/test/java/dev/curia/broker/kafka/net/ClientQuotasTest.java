package dev.curia.broker.kafka.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.metadata.image.QuotaEntity;
import dev.curia.metadata.image.QuotaKey;
import dev.curia.testkit.Await;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterClientQuotasOptions;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.ThrottlingQuotaExceededException;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.quota.ClientQuotaFilterComponent;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Client quotas as the stock Java client meets them. */
class ClientQuotasTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int VALUE_BYTES = 10_000;

    @TempDir
    Path directory;

    TestBroker broker;

    @BeforeEach
    void start() throws Exception {
        broker = new TestBroker(
                directory,
                Duration.ofMinutes(1),
                null,
                Map.of("quota.window.num", "1", "controller.quota.window.num", "1"));
    }

    @AfterEach
    void stop() throws Exception {
        Await.until("all slices closed", PATIENCE, () -> broker.openSlices.get() == 0);
        broker.close();
    }

    private KafkaProducer<byte[], byte[]> producer(String clientId, String acks) {
        return new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        broker.bootstrap(),
                        "client.id",
                        clientId,
                        "acks",
                        acks,
                        "enable.idempotence",
                        false,
                        "linger.ms",
                        0),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private KafkaConsumer<byte[], byte[]> consumer(String clientId) {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        broker.bootstrap(),
                        "client.id",
                        clientId,
                        "auto.offset.reset",
                        "earliest",
                        "enable.auto.commit",
                        false),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    private Admin admin(String clientId) {
        return Admin.create(Map.of("bootstrap.servers", broker.bootstrap(), "client.id", clientId));
    }

    private static <T> T get(KafkaFuture<T> future) throws Exception {
        return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, int records) throws Exception {
        for (int i = 0; i < records; i++) {
            producer.send(new ProducerRecord<>("t", 0, null, new byte[VALUE_BYTES]))
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private static double metric(Map<MetricName, ? extends Metric> metrics, String name) {
        return metrics.entrySet().stream()
                .filter(metric -> metric.getKey().name().equals(name))
                .mapToDouble(metric -> (double) metric.getValue().metricValue())
                .filter(value -> !Double.isNaN(value))
                .max()
                .orElse(0);
    }

    private double throttled(QuotaKey key) {
        return broker.meters
                .get("curia_quota_throttled_requests")
                .tag("quota", key.key())
                .counter()
                .count();
    }

    @Test
    void aProducerOverItsQuotaIsThrottledAndAnotherIsNot() throws Exception {
        broker.topic("t", 1);
        broker.quota(QuotaEntity.client("greedy"), QuotaKey.PRODUCER_BYTE_RATE, 50_000);
        try (KafkaProducer<byte[], byte[]> greedy = producer("greedy", "all");
                KafkaProducer<byte[], byte[]> modest = producer("modest", "all")) {
            send(greedy, 10);
            send(modest, 10);
            assertThat(metric(greedy.metrics(), "produce-throttle-time-max")).isPositive();
            assertThat(metric(greedy.metrics(), "produce-throttle-time-avg")).isPositive();
            assertThat(metric(modest.metrics(), "produce-throttle-time-max")).isZero();
        }
        assertThat(throttled(QuotaKey.PRODUCER_BYTE_RATE)).isPositive();
        assertThat(throttled(QuotaKey.CONSUMER_BYTE_RATE)).isZero();
    }

    @Test
    void aProducerThatWantsNoAnswersIsHeldBackToo() throws Exception {
        broker.topic("t", 1);
        broker.quota(QuotaEntity.user("ANONYMOUS"), QuotaKey.PRODUCER_BYTE_RATE, 50_000);
        try (KafkaProducer<byte[], byte[]> greedy = producer("greedy", "0")) {
            send(greedy, 10);
            Await.until("throttled", PATIENCE, () -> throttled(QuotaKey.PRODUCER_BYTE_RATE) > 0);
        }
    }

    @Test
    void consumersOverTheirQuotaAreThrottledAndGetEverything() throws Exception {
        broker.topic("t", 1);
        try (KafkaProducer<byte[], byte[]> producer = producer("writer", "all")) {
            send(producer, 12);
        }
        broker.quota(QuotaEntity.userClient(QuotaEntity.DEFAULT, "greedy"), QuotaKey.CONSUMER_BYTE_RATE, 60_000);
        // Two that share the quota: the one finds it used up by the other, and is answered without records.
        try (KafkaConsumer<byte[], byte[]> one = consumer("greedy");
                KafkaConsumer<byte[], byte[]> two = consumer("greedy");
                KafkaConsumer<byte[], byte[]> free = consumer("free")) {
            readAll(free, one, two);
            assertThat(metric(one.metrics(), "fetch-throttle-time-max")
                            + metric(two.metrics(), "fetch-throttle-time-max"))
                    .isPositive();
            assertThat(metric(free.metrics(), "fetch-throttle-time-max")).isZero();
        }
        assertThat(throttled(QuotaKey.CONSUMER_BYTE_RATE)).isPositive();
    }

    @SafeVarargs
    private static void readAll(KafkaConsumer<byte[], byte[]>... consumers) {
        int[] read = new int[consumers.length];
        for (KafkaConsumer<byte[], byte[]> consumer : consumers) consumer.assign(List.of(new TopicPartition("t", 0)));
        Await.until("12 records for each", PATIENCE, () -> {
            boolean all = true;
            for (int i = 0; i < consumers.length; i++) {
                read[i] += consumers[i].poll(Duration.ofMillis(50)).count();
                all &= read[i] == 12;
            }
            return all;
        });
    }

    @Test
    void threadTimeIsLimited() throws Exception {
        broker.quota(QuotaEntity.client(QuotaEntity.DEFAULT), QuotaKey.REQUEST_PERCENTAGE, 0.01);
        try (Admin admin = admin("busy")) {
            Await.until("throttled", PATIENCE, () -> {
                get(admin.describeCluster().nodes());
                return throttled(QuotaKey.REQUEST_PERCENTAGE) > 0;
            });
        }
    }

    @Test
    void partitionsOverTheQuotaAreRefusedAndRetried() throws Exception {
        broker.quota(QuotaEntity.client("creator"), QuotaKey.CONTROLLER_MUTATION_RATE, 2);
        try (Admin admin = admin("creator")) {
            CreateTopicsOptions once = new CreateTopicsOptions().retryOnQuotaViolation(false);
            get(admin.createTopics(List.of(new NewTopic("a", 12, (short) 1)), once)
                    .all());
            assertThatThrownBy(() -> get(admin.createTopics(List.of(new NewTopic("b", 1, (short) 1)), once)
                            .all()))
                    .cause()
                    .isInstanceOfSatisfying(
                            ThrottlingQuotaExceededException.class,
                            e -> assertThat(e.throttleTimeMs()).isPositive());
            get(admin.createTopics(List.of(new NewTopic("c", 1, (short) 1))).all());
            assertThat(get(admin.listTopics().names())).contains("a", "c").doesNotContain("b");
            get(admin.deleteTopics(List.of("a")).all());
        }
        assertThat(throttled(QuotaKey.CONTROLLER_MUTATION_RATE)).isPositive();
    }

    @Test
    void anAddressThatConnectsTooOftenIsCutOff() throws Exception {
        broker.quota(QuotaEntity.address("127.0.0.9"), QuotaKey.CONNECTION_CREATION_RATE, 1);
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) sockets.add(connect(9));
            assertThat(sockets.get(2).getInputStream().read()).isEqualTo(-1);
            sockets.add(connect(8));
            assertThat(throttled(QuotaKey.CONNECTION_CREATION_RATE)).isEqualTo(2);
        } finally {
            for (Socket socket : sockets) socket.close();
        }
    }

    private Socket connect(int n) throws Exception {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) n}), 0));
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), broker.port()));
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    private static ClientQuotaEntity entity(@Nullable String... typesAndNames) {
        Map<String, @Nullable String> names = new HashMap<>();
        for (int i = 0; i < typesAndNames.length; i += 2) names.put(typesAndNames[i], typesAndNames[i + 1]);
        return new ClientQuotaEntity(names);
    }

    private static ClientQuotaAlteration set(ClientQuotaEntity entity, String key, @Nullable Double value) {
        return new ClientQuotaAlteration(entity, List.of(new ClientQuotaAlteration.Op(key, value)));
    }

    private static Collection<ClientQuotaEntity> described(Admin admin, ClientQuotaFilter filter) throws Exception {
        return get(admin.describeClientQuotas(filter).entities()).keySet();
    }

    @Test
    void quotasAreSetDescribedAndRemovedByAnyFilter() throws Exception {
        ClientQuotaEntity alice = entity("user", "alice");
        ClientQuotaEntity both = entity("user", "alice", "client-id", null);
        ClientQuotaEntity others = entity("user", null);
        ClientQuotaEntity ip = entity("ip", "10.1.2.3");
        try (Admin admin = admin("admin")) {
            get(admin.alterClientQuotas(List.of(
                            set(alice, "producer_byte_rate", 1024.0),
                            set(both, "request_percentage", 12.5),
                            set(others, "controller_mutation_rate", 0.5),
                            set(ip, "connection_creation_rate", 7.0)))
                    .all());
            assertThat(get(admin.describeClientQuotas(ClientQuotaFilter.all()).entities()))
                    .isEqualTo(Map.of(
                            alice, Map.of("producer_byte_rate", 1024.0),
                            both, Map.of("request_percentage", 12.5),
                            others, Map.of("controller_mutation_rate", 0.5),
                            ip, Map.of("connection_creation_rate", 7.0)));
            var ofAlice = ClientQuotaFilterComponent.ofEntity("user", "alice");
            var anyUser = ClientQuotaFilterComponent.ofEntityType("user");
            var defaultUser = ClientQuotaFilterComponent.ofDefaultEntity("user");
            var defaultClient = ClientQuotaFilterComponent.ofDefaultEntity("client-id");
            assertThat(described(admin, ClientQuotaFilter.contains(List.of(ofAlice))))
                    .containsExactlyInAnyOrder(alice, both);
            assertThat(described(admin, ClientQuotaFilter.containsOnly(List.of(ofAlice))))
                    .containsExactly(alice);
            assertThat(described(admin, ClientQuotaFilter.contains(List.of(anyUser))))
                    .containsExactlyInAnyOrder(alice, both, others);
            assertThat(described(admin, ClientQuotaFilter.containsOnly(List.of(anyUser, defaultClient))))
                    .containsExactly(both);
            assertThat(described(admin, ClientQuotaFilter.contains(List.of(defaultUser))))
                    .containsExactly(others);
            get(admin.alterClientQuotas(List.of(set(alice, "producer_byte_rate", null)))
                    .all());
            assertThat(described(admin, ClientQuotaFilter.contains(List.of(ofAlice))))
                    .containsExactly(both);
        }
    }

    @Test
    void eachEntityHasItsOwnOutcomeAndAValidationChangesNothing() throws Exception {
        ClientQuotaEntity alice = entity("user", "alice");
        ClientQuotaEntity nobody = entity("user", "");
        ClientQuotaEntity mixed = entity("user", "alice", "ip", "::1");
        ClientQuotaEntity unknown = entity("team", "a");
        try (Admin admin = admin("admin")) {
            var results = admin.alterClientQuotas(List.of(
                            set(alice, "consumer_byte_rate", 1.0),
                            set(nobody, "consumer_byte_rate", 1.0),
                            set(mixed, "consumer_byte_rate", 1.0),
                            set(unknown, "consumer_byte_rate", 1.0)))
                    .values();
            get(Objects.requireNonNull(results.get(alice)));
            for (ClientQuotaEntity wrong : List.of(nobody, mixed, unknown)) {
                assertThatThrownBy(() -> get(Objects.requireNonNull(results.get(wrong))))
                        .hasCauseInstanceOf(InvalidRequestException.class);
            }
            assertThatThrownBy(() -> get(admin.alterClientQuotas(List.of(set(alice, "consumer_byte_rate", 0.0)))
                            .all()))
                    .hasCauseInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("above 0");
            get(admin.alterClientQuotas(
                            List.of(set(alice, "consumer_byte_rate", 2.0)),
                            new AlterClientQuotasOptions().validateOnly(true))
                    .all());
            assertThat(broker.image().clientQuotas().of(QuotaEntity.user("alice")))
                    .isEqualTo(Map.of("consumer_byte_rate", 1.0));
        }
    }
}
