package dev.curia.broker.kafka.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.broker.kafka.api.RequestHandler;
import dev.curia.broker.kafka.codec.Codes;
import dev.curia.common.security.Acl;
import dev.curia.common.security.Operation;
import dev.curia.common.security.PatternType;
import dev.curia.common.security.Permission;
import dev.curia.common.security.Principal;
import dev.curia.common.security.ResourceType;
import dev.curia.testkit.Await;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.DescribeUserScramCredentialsResponse;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker with an authorizer, over the wire. Nobody is asked who he is, so that everyone is ANONYMOUS. */
class AccessTest {
    private static final Set<Errors> REFUSALS = Set.of(
            Errors.TOPIC_AUTHORIZATION_FAILED,
            Errors.GROUP_AUTHORIZATION_FAILED,
            Errors.CLUSTER_AUTHORIZATION_FAILED,
            Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);

    @TempDir
    Path directory;

    private TestBroker broker;

    @BeforeEach
    void start() throws Exception {
        broker = new TestBroker(
                directory,
                Duration.ofMinutes(1),
                null,
                Map.of(
                        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                        "transaction.state.log.num.partitions", "1",
                        "transaction.state.log.replication.factor", "1",
                        "offsets.topic.num.partitions", "1",
                        "offsets.topic.replication.factor", "1",
                        "group.initial.rebalance.delay.ms", "0"));
        broker.topic("t", 1);
    }

    @AfterEach
    void stop() throws Exception {
        broker.close();
    }

    private static Acl acl(Permission permission, Operation operation, ResourceType type, String name) {
        return new Acl(type, name, PatternType.LITERAL, Principal.ANONYMOUS, Acl.WILDCARD, operation, permission);
    }

    private static Acl allow(Operation operation, ResourceType type, String name) {
        return acl(Permission.ALLOW, operation, type, name);
    }

    /** What somebody hears who may do nothing; none: he is told what he may see, which is nothing. */
    private static Errors refusal(ApiKeys api, short version) {
        // Answers of these versions have no room for it, and are empty.
        if ((api == ApiKeys.DESCRIBE_LOG_DIRS && version < 3) || (api == ApiKeys.ELECT_LEADERS && version < 1)) {
            return Errors.NONE;
        }
        return switch (api) {
            case API_VERSIONS, DESCRIBE_CLUSTER, LIST_GROUPS, LIST_TRANSACTIONS -> Errors.NONE;
            case PRODUCE,
                    FETCH,
                    LIST_OFFSETS,
                    METADATA,
                    OFFSET_FOR_LEADER_EPOCH,
                    CREATE_TOPICS,
                    DELETE_TOPICS,
                    CREATE_PARTITIONS,
                    DELETE_RECORDS,
                    DESCRIBE_PRODUCERS,
                    DESCRIBE_TOPIC_PARTITIONS,
                    DESCRIBE_CONFIGS,
                    ALTER_CONFIGS,
                    INCREMENTAL_ALTER_CONFIGS -> Errors.TOPIC_AUTHORIZATION_FAILED;
            case JOIN_GROUP,
                    SYNC_GROUP,
                    HEARTBEAT,
                    LEAVE_GROUP,
                    OFFSET_COMMIT,
                    OFFSET_FETCH,
                    OFFSET_DELETE,
                    FIND_COORDINATOR,
                    DESCRIBE_GROUPS,
                    DELETE_GROUPS,
                    CONSUMER_GROUP_HEARTBEAT,
                    CONSUMER_GROUP_DESCRIBE -> Errors.GROUP_AUTHORIZATION_FAILED;
            case ADD_PARTITIONS_TO_TXN, ADD_OFFSETS_TO_TXN, END_TXN, TXN_OFFSET_COMMIT, DESCRIBE_TRANSACTIONS ->
                Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
            default -> Errors.CLUSTER_AUTHORIZATION_FAILED;
        };
    }

    /** Kafka does not count the error of this one answer as a whole. */
    private static Set<Errors> errors(AbstractResponse response) {
        return response instanceof DescribeUserScramCredentialsResponse described
                ? Set.of(Errors.forCode(described.data().errorCode()))
                : response.errorCounts().keySet();
    }

    @Test
    void everyKindOfRequestIsRefusedToWhomNothingIsAllowed() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), broker.port())) {
            for (RequestHandler<?> handler : broker.apis.handlers()) {
                for (short version = handler.minVersion(); version <= handler.maxVersion(); version++) {
                    AbstractResponse response = EveryVersionTest.call(
                            socket, handler.api(), version, CoordinatorRequests.of(handler.api(), version, broker));
                    assertThat(errors(response))
                            .as(handler.api() + " version " + version + ": " + response)
                            .contains(refusal(handler.api(), version));
                }
            }
        }
        assertThat(broker.meters.find("curia_authorization_denied").counters())
                .extracting(counter -> counter.getId().getTag("resource"))
                .contains("topic", "group", "cluster", "transactional_id");
    }

    @Test
    void nothingIsRefusedToWhomAllIsAllowed() throws Exception {
        for (ResourceType type : List.of(ResourceType.TOPIC, ResourceType.GROUP, ResourceType.TRANSACTIONAL_ID)) {
            broker.allow(allow(Operation.ALL, type, "*"));
        }
        broker.allow(allow(Operation.ALL, ResourceType.CLUSTER, ResourceType.THE_CLUSTER));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), broker.port())) {
            for (RequestHandler<?> handler : broker.apis.handlers()) {
                if (handler.api() == ApiKeys.DELETE_ACLS) continue; // what is allowed here
                for (short version = handler.minVersion(); version <= handler.maxVersion(); version++) {
                    AbstractResponse response = EveryVersionTest.call(
                            socket, handler.api(), version, CoordinatorRequests.of(handler.api(), version, broker));
                    assertThat(errors(response))
                            .as(handler.api() + " version " + version + ": " + response)
                            .doesNotContainAnyElementsOf(REFUSALS);
                }
            }
        }
    }

    private Map<String, Object> client() {
        return Map.of("bootstrap.servers", broker.bootstrap());
    }

    private KafkaProducer<String, String> producer(Map<String, Object> more) {
        Map<String, Object> config = new java.util.HashMap<>(client());
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 10_000);
        config.putAll(more);
        return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
    }

    private KafkaConsumer<String, String> consumer(Map<String, Object> more) {
        Map<String, Object> config = new java.util.HashMap<>(client());
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, 300);
        config.putAll(more);
        return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
    }

    private static void send(KafkaProducer<String, String> producer, String topic) throws Exception {
        try {
            producer.send(new ProducerRecord<>(topic, "v")).get();
        } catch (ExecutionException e) {
            throw (Exception) e.getCause();
        }
    }

    @Test
    void aProducerNeedsToWriteAndNothingElse() throws Exception {
        try (KafkaProducer<String, String> producer = producer(Map.of())) {
            assertThatThrownBy(() -> send(producer, "t")).isInstanceOf(TopicAuthorizationException.class);
        }
        broker.allow(allow(Operation.WRITE, ResourceType.TOPIC, "t"));
        try (KafkaProducer<String, String> producer = producer(Map.of())) {
            send(producer, "t");
            assertThatThrownBy(() -> send(producer, "other")).isInstanceOf(TopicAuthorizationException.class);
            broker.allow(acl(Permission.DENY, Operation.WRITE, ResourceType.TOPIC, "t"));
            assertThatThrownBy(() -> send(producer, "t")).isInstanceOf(TopicAuthorizationException.class);
        }
        assertThat(broker.image().topic("other")).isEmpty();
    }

    @Test
    void aTransactionalProducerNeedsItsId() throws Exception {
        broker.allow(allow(Operation.WRITE, ResourceType.TOPIC, "t"));
        Map<String, Object> config = Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "mine");
        try (KafkaProducer<String, String> producer = producer(config)) {
            assertThatThrownBy(producer::initTransactions).isInstanceOf(TransactionalIdAuthorizationException.class);
        }
        broker.allow(allow(Operation.WRITE, ResourceType.TRANSACTIONAL_ID, "mine"));
        try (KafkaProducer<String, String> producer = producer(config)) {
            producer.initTransactions();
            producer.beginTransaction();
            send(producer, "t");
            producer.commitTransaction();
        }
    }

    @Test
    void whoHasNotTheIdIsToldSoThoughThereAreNoRecords() throws Exception {
        ProduceRequestData request = WireTest.produce("t", 1).setTransactionalId("theirs");
        request.topicData().forEach(topic -> topic.partitionData().get(0).setRecords(null));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), broker.port())) {
            assertThat(EveryVersionTest.call(socket, ApiKeys.PRODUCE, (short) 9, request)
                            .errorCounts())
                    .containsOnlyKeys(Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
        }
    }

    @Test
    void aConsumerNeedsGroupAndTopicAndLosesWhatIsTakenBack() throws Exception {
        Acl write = allow(Operation.WRITE, ResourceType.TOPIC, "t");
        broker.allow(write);
        try (KafkaProducer<String, String> producer = producer(Map.of())) {
            send(producer, "t");
        }
        broker.forbid(write);
        Map<String, Object> group = Map.of(ConsumerConfig.GROUP_ID_CONFIG, "g");
        Acl read = allow(Operation.READ, ResourceType.TOPIC, "t");
        broker.allow(read);
        try (KafkaConsumer<String, String> consumer = consumer(group)) {
            consumer.subscribe(List.of("t"));
            assertThatThrownBy(() -> consumer.poll(Duration.ofSeconds(20)))
                    .isInstanceOf(GroupAuthorizationException.class);
        }
        broker.allow(allow(Operation.READ, ResourceType.GROUP, "g"));
        try (KafkaConsumer<String, String> consumer = consumer(group)) {
            consumer.subscribe(List.of("t"));
            Await.until(
                    "the condition",
                    Duration.ofSeconds(60),
                    () -> !consumer.poll(Duration.ofMillis(100)).isEmpty());
            consumer.commitSync();
            broker.forbid(read);
            // The partition is in the session: what is sent no longer is looked at all the same.
            Await.until("the refusal", Duration.ofSeconds(60), () -> isRefused(consumer));
        }
    }

    @Test
    void anExpressionMatchesOnlyWhatTheMemberMaySee() throws Exception {
        broker.topic("secret", 1);
        broker.topic("shown", 1);
        broker.allow(
                allow(Operation.READ, ResourceType.GROUP, "g"), allow(Operation.READ, ResourceType.TOPIC, "shown"));
        Map<String, Object> config =
                Map.of(ConsumerConfig.GROUP_ID_CONFIG, "g", ConsumerConfig.GROUP_PROTOCOL_CONFIG, "consumer");
        try (KafkaConsumer<String, String> consumer = consumer(config)) {
            consumer.subscribe(new SubscriptionPattern("s.*"));
            Await.until(
                    "the condition",
                    Duration.ofSeconds(60),
                    () -> assigned(consumer).contains("shown"));
            assertThat(assigned(consumer)).containsExactly("shown");
            broker.allow(allow(Operation.READ, ResourceType.TOPIC, "secret"));
            Await.until(
                    "the condition",
                    Duration.ofSeconds(60),
                    () -> assigned(consumer).contains("secret"));
            assertThat(assigned(consumer)).containsExactlyInAnyOrder("shown", "secret");
        }
    }

    private static boolean isRefused(KafkaConsumer<?, ?> consumer) {
        try {
            consumer.poll(Duration.ofMillis(100));
            return false;
        } catch (TopicAuthorizationException e) {
            return true;
        }
    }

    private static List<String> assigned(KafkaConsumer<?, ?> consumer) {
        consumer.poll(Duration.ofMillis(100));
        return consumer.assignment().stream().map(TopicPartition::topic).toList();
    }

    @Test
    void aClassicPatternSeesOnlyWhatTheMemberMaySee() {
        broker.topic("secret", 1);
        broker.allow(allow(Operation.READ, ResourceType.GROUP, "g"), allow(Operation.READ, ResourceType.TOPIC, "t"));
        try (KafkaConsumer<String, String> consumer = consumer(Map.of(ConsumerConfig.GROUP_ID_CONFIG, "g"))) {
            consumer.subscribe(Pattern.compile(".*"));
            Await.until(
                    "the condition",
                    Duration.ofSeconds(60),
                    () -> assigned(consumer).contains("t"));
            assertThat(assigned(consumer)).containsExactly("t");
        }
    }

    private static AclBinding binding(String principal, AclOperation operation, String topic) {
        return new AclBinding(
                new ResourcePattern(
                        org.apache.kafka.common.resource.ResourceType.TOPIC,
                        topic,
                        org.apache.kafka.common.resource.PatternType.LITERAL),
                new AccessControlEntry(principal, "*", operation, AclPermissionType.ALLOW));
    }

    @Test
    void anAdministratorCreatesListsAndDeletesAcls() throws Exception {
        AclBinding read = binding("User:u", AclOperation.READ, "a");
        AclBinding write = binding("User:u", AclOperation.WRITE, "b");
        try (Admin admin = Admin.create(client())) {
            assertThatThrownBy(() -> admin.createAcls(List.of(read)).all().get())
                    .hasCauseInstanceOf(ClusterAuthorizationException.class);
            broker.allow(allow(Operation.ALTER, ResourceType.CLUSTER, ResourceType.THE_CLUSTER));
            admin.createAcls(List.of(read, write)).all().get();
            admin.createAcls(List.of(read)).all().get();
            assertThat(list(admin, AclBindingFilter.ANY)).contains(read, write).hasSize(3);
            AclBindingFilter onA = new AclBindingFilter(
                    new ResourcePatternFilter(
                            org.apache.kafka.common.resource.ResourceType.TOPIC,
                            "a",
                            org.apache.kafka.common.resource.PatternType.MATCH),
                    AccessControlEntryFilter.ANY);
            assertThat(list(admin, onA)).containsExactly(read);
            assertThat(admin.deleteAcls(List.of(onA)).all().get()).containsExactly(read);
            assertThat(list(admin, AclBindingFilter.ANY)).contains(write).hasSize(2);
            for (AclBinding wrong : Arrays.asList(
                    binding("nobody", AclOperation.READ, "a"), binding("User:u", AclOperation.CLUSTER_ACTION, "a"))) {
                var results = admin.createAcls(List.of(wrong, read)).values();
                assertThatThrownBy(
                                () -> Objects.requireNonNull(results.get(wrong)).get())
                        .hasCauseInstanceOf(InvalidRequestException.class);
                Objects.requireNonNull(results.get(read)).get();
            }
        }
    }

    private static Collection<AclBinding> list(Admin admin, AclBindingFilter filter) throws Exception {
        return admin.describeAcls(filter).values().get();
    }

    @Test
    void clientsLearnWhatTheyMayDo() throws Exception {
        broker.topic("hidden", 1);
        broker.allow(
                allow(Operation.READ, ResourceType.TOPIC, "t"),
                allow(Operation.ALTER_CONFIGS, ResourceType.TOPIC, "t"));
        try (Admin admin = Admin.create(client())) {
            assertThat(admin.listTopics().names().get()).containsExactly("t");
            var described = admin.describeTopics(
                            List.of("t"), new DescribeTopicsOptions().includeAuthorizedOperations(true))
                    .allTopicNames()
                    .get();
            assertThat(Objects.requireNonNull(described.get("t")).authorizedOperations())
                    .containsExactlyInAnyOrder(
                            AclOperation.READ,
                            AclOperation.DESCRIBE,
                            AclOperation.ALTER_CONFIGS,
                            AclOperation.DESCRIBE_CONFIGS);
            assertThat(admin.describeCluster(new DescribeClusterOptions().includeAuthorizedOperations(true))
                            .authorizedOperations()
                            .get())
                    .isEmpty();
            assertThatThrownBy(() -> admin.describeTopics(List.of("hidden"))
                            .allTopicNames()
                            .get())
                    .hasCauseInstanceOf(TopicAuthorizationException.class);
        }
    }

    @Test
    void clientsLearnWhatTheyMayDoWithGroups() throws Exception {
        broker.allow(allow(Operation.READ, ResourceType.TOPIC, "t"), allow(Operation.READ, ResourceType.GROUP, "*"));
        for (String protocol : List.of("classic", "consumer")) {
            Map<String, Object> group =
                    Map.of(ConsumerConfig.GROUP_ID_CONFIG, protocol, ConsumerConfig.GROUP_PROTOCOL_CONFIG, protocol);
            broker.allow(allow(Operation.DELETE, ResourceType.GROUP, protocol));
            try (Admin admin = Admin.create(client());
                    KafkaConsumer<String, String> consumer = consumer(group)) {
                consumer.subscribe(List.of("t"));
                Await.until(
                        "a member",
                        Duration.ofSeconds(60),
                        () -> !assigned(consumer).isEmpty());
                var described = admin.describeConsumerGroups(
                                List.of(protocol),
                                new DescribeConsumerGroupsOptions().includeAuthorizedOperations(true))
                        .all()
                        .get();
                assertThat(Objects.requireNonNull(described.get(protocol)).authorizedOperations())
                        .as(protocol)
                        .containsExactlyInAnyOrder(AclOperation.READ, AclOperation.DESCRIBE, AclOperation.DELETE);
            }
        }
    }

    /** By its name, or by its id. */
    @Test
    void whoCommitsOffsetsMustBeAllowedToReadTheirTopic() throws Exception {
        broker.allow(
                allow(Operation.READ, ResourceType.GROUP, "g"),
                allow(Operation.WRITE, ResourceType.TRANSACTIONAL_ID, "x"));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), broker.port())) {
            for (ApiKeys api : List.of(ApiKeys.OFFSET_COMMIT, ApiKeys.TXN_OFFSET_COMMIT)) {
                RequestHandler<?> handler = broker.apis.find(api).orElseThrow();
                for (short version = handler.minVersion(); version <= handler.maxVersion(); version++) {
                    AbstractResponse response =
                            EveryVersionTest.call(socket, api, version, CoordinatorRequests.of(api, version, broker));
                    assertThat(response.errorCounts())
                            .as(api + " version " + version + ": " + response)
                            .isEqualTo(Map.of(Errors.TOPIC_AUTHORIZATION_FAILED, 1));
                }
            }
        }
    }

    /** Versions 10 and 11 have a place for ids that nobody may use. */
    @Test
    void metadataByIdIsRefusedAsTheVersionKnowsIt() throws Exception {
        MetadataRequestTopic asked = new MetadataRequestTopic()
                .setName(null)
                .setTopicId(Codes.kafka(broker.image().topic("t").orElseThrow().id()));
        MetadataRequestData request = new MetadataRequestData().setTopics(List.of(asked));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), broker.port())) {
            assertThat(EveryVersionTest.call(socket, ApiKeys.METADATA, (short) 11, request)
                            .errorCounts())
                    .containsOnlyKeys(Errors.INVALID_REQUEST);
            assertThat(EveryVersionTest.call(socket, ApiKeys.METADATA, (short) 12, request)
                            .errorCounts())
                    .containsOnlyKeys(Errors.TOPIC_AUTHORIZATION_FAILED);
        }
    }

    @Test
    void whoMayCreateATopicNeedNotSeeItsSettings() throws Exception {
        broker.allow(allow(Operation.CREATE, ResourceType.TOPIC, "mine"));
        try (Admin admin = Admin.create(client())) {
            var created = admin.createTopics(
                    List.of(new NewTopic("mine", 1, (short) 1), new NewTopic("theirs", 1, (short) 1)));
            Objects.requireNonNull(created.values().get("mine")).get();
            assertThatThrownBy(() -> created.config("mine").get())
                    .hasCauseInstanceOf(TopicAuthorizationException.class);
            assertThatThrownBy(() -> Objects.requireNonNull(created.values().get("theirs"))
                            .get())
                    .hasCauseInstanceOf(TopicAuthorizationException.class);
        }
        assertThat(broker.image().topic("theirs")).isEmpty();
    }
}
