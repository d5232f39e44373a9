package dev.curia.broker.kafka.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.broker.kafka.api.LogDirs.Held;
import dev.curia.broker.kafka.api.LogDirs.LogDir;
import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.api.RequestHandler;
import dev.curia.common.security.Principal;
import dev.curia.metadata.image.Features;
import dev.curia.proto.admin.v1.CreateTopicsRequest;
import dev.curia.proto.admin.v1.NewTopic;
import dev.curia.replica.Replica;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.AlterConfigsOptions;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.CreatePartitionsOptions;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DeletedRecords;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.DescribeReplicaLogDirsResult.ReplicaLogDirInfo;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionReplica;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.LogDirNotFoundException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.AlterConfigsRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stock admin client's requests that change things or look into them, over a real socket. */
class KafkaAdminTest {
    private static final ConfigResource TOPIC = new ConfigResource(ConfigResource.Type.TOPIC, "t");

    @TempDir
    Path directory;

    TestBroker broker;
    Admin admin;

    @BeforeEach
    void start() throws Exception {
        broker = new TestBroker(directory);
        broker.topic("t", 1);
        admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
    }

    @AfterEach
    void stop() throws Exception {
        admin.close();
        broker.close();
    }

    private static <T> T get(KafkaFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    private static AlterConfigOp op(OpType type, String key, String value) {
        return new AlterConfigOp(new ConfigEntry(key, value), type);
    }

    private void alter(AlterConfigOp... ops) throws Exception {
        get(admin.incrementalAlterConfigs(Map.of(TOPIC, List.of(ops))).all());
    }

    private ConfigEntry described(String key) throws Exception {
        Map<ConfigResource, Config> configs =
                get(admin.describeConfigs(List.of(TOPIC), new DescribeConfigsOptions().includeSynonyms(true))
                        .all());
        return Objects.requireNonNull(configs.get(TOPIC)).get(key);
    }

    private void append(int records) {
        for (int i = 0; i < records; i++) {
            MemoryRecords batch = MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(new byte[10]));
            broker.replica("t", 0)
                    .append(new Replica.AppendRequest(
                            batch.buffer(),
                            (short) 1,
                            Duration.ofSeconds(1),
                            Replica.Origin.CLIENT,
                            OptionalInt.empty(),
                            () -> {}))
                    .join();
        }
    }

    private static void fails(KafkaFuture<?> future, Class<? extends Exception> cause, String inMessage) {
        assertThatThrownBy(() -> get(future))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(cause)
                .satisfies(e -> assertThat(e.getMessage()).contains(inMessage));
    }

    @Test
    void anAlteredConfigIsDescribedWithItsSourceUntilItIsDeleted() throws Exception {
        alter(op(OpType.SET, "retention.ms", "1000"), op(OpType.APPEND, "cleanup.policy", "compact"));

        ConfigEntry altered = described("retention.ms");
        assertThat(altered.value()).isEqualTo("1000");
        assertThat(altered.source()).isEqualTo(ConfigSource.DYNAMIC_TOPIC_CONFIG);
        assertThat(altered.isDefault()).isFalse();
        assertThat(altered.synonyms())
                .extracting(ConfigEntry.ConfigSynonym::name, ConfigEntry.ConfigSynonym::value)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("retention.ms", "1000"),
                        org.assertj.core.groups.Tuple.tuple("log.retention.ms", "604800000"));
        assertThat(described("cleanup.policy").value()).isEqualTo("delete,compact");
        assertThat(described("flush.ms").source()).isEqualTo(ConfigSource.DEFAULT_CONFIG);

        alter(op(OpType.DELETE, "retention.ms", ""), op(OpType.SUBTRACT, "cleanup.policy", "delete"));
        assertThat(described("retention.ms").value()).isEqualTo("604800000");
        assertThat(described("retention.ms").source()).isEqualTo(ConfigSource.DEFAULT_CONFIG);
        assertThat(described("cleanup.policy").value()).isEqualTo("compact");
    }

    @Test
    void deletedRecordsAreOutOfRangeAndTheLowWatermarkIsAnswered() throws Exception {
        append(10);
        assertThat(lowWatermark(4)).isEqualTo(4);
        TopicPartition here = new TopicPartition("t", 0);
        assertThat(get(admin.listOffsets(Map.of(here, OffsetSpec.earliest())).partitionResult(here))
                        .offset())
                .isEqualTo(4);
        assertThat(lowWatermark(-1)).isEqualTo(10);
    }

    private long lowWatermark(long beforeOffset) throws Exception {
        TopicPartition here = new TopicPartition("t", 0);
        Map<TopicPartition, KafkaFuture<DeletedRecords>> results = admin.deleteRecords(
                        Map.of(here, RecordsToDelete.beforeOffset(beforeOffset)))
                .lowWatermarks();
        return get(Objects.requireNonNull(results.get(here))).lowWatermark();
    }

    @Test
    void recordsThatMayNotBeDeletedStay() {
        broker.createTopics(
                        CreateTopicsRequest.newBuilder()
                                .addTopics(NewTopic.newBuilder()
                                        .setName("__internal")
                                        .setInternal(true))
                                .build(),
                        Duration.ofSeconds(1))
                .join();
        TopicPartition here = new TopicPartition("t", 0);
        TopicPartition internal = new TopicPartition("__internal", 0);
        Map<TopicPartition, KafkaFuture<DeletedRecords>> results = admin.deleteRecords(
                        Map.of(here, RecordsToDelete.beforeOffset(1), internal, RecordsToDelete.beforeOffset(-1)))
                .lowWatermarks();
        fails(Objects.requireNonNull(results.get(here)), OffsetOutOfRangeException.class, "");
        fails(Objects.requireNonNull(results.get(internal)), InvalidTopicException.class, "");
    }

    @Test
    void logDirsAreDescribedWithTheirPartitionsAndRoom() throws Exception {
        broker.logDirs = List.of(
                new LogDir(
                        "/one",
                        true,
                        1000,
                        400,
                        List.of(held("t", 0, 7), held("u", 1, 9), held("t", 3, 0), held("u", 0, 8))),
                new LogDir("/two", false, -1, -1, List.of()),
                new LogDir("/three", true, -1, -1, List.of(held("t", 1, 5))));

        Map<String, LogDirDescription> all = Objects.requireNonNull(
                get(admin.describeLogDirs(List.of(TestBroker.ID)).allDescriptions())
                        .get(TestBroker.ID));
        assertThat(all).containsOnlyKeys("/one", "/two", "/three");
        LogDirDescription one = Objects.requireNonNull(all.get("/one"));
        assertThat(one.totalBytes()).hasValue(1000);
        assertThat(one.usableBytes()).hasValue(400);
        assertThat(one.error()).isNull();
        assertThat(sizes(one))
                .isEqualTo(Map.of(
                        new TopicPartition("t", 0), 7L,
                        new TopicPartition("t", 3), 0L,
                        new TopicPartition("u", 0), 8L,
                        new TopicPartition("u", 1), 9L));
        assertThat(one.replicaInfos().values())
                .allSatisfy(replica -> assertThat(replica.isFuture()).isFalse())
                .allSatisfy(replica -> assertThat(replica.offsetLag()).isZero());
        LogDirDescription two = Objects.requireNonNull(all.get("/two"));
        assertThat(two.error()).isInstanceOf(KafkaStorageException.class);
        assertThat(two.replicaInfos()).isEmpty();
        assertThat(Objects.requireNonNull(all.get("/three")).totalBytes()).isEmpty();
    }

    @Test
    void logDirsAreDescribedForTheReplicasAskedFor() throws Exception {
        broker.logDirs = List.of(new LogDir("/one", true, 10, 5, List.of(held("t", 0, 7), held("t", 1, 8))));
        TopicPartitionReplica here = new TopicPartitionReplica("t", 1, TestBroker.ID);
        TopicPartitionReplica nowhere = new TopicPartitionReplica("t", 2, TestBroker.ID);
        Map<TopicPartitionReplica, ReplicaLogDirInfo> found =
                get(admin.describeReplicaLogDirs(List.of(here, nowhere)).all());
        assertThat(Objects.requireNonNull(found.get(here)).getCurrentReplicaLogDir())
                .isEqualTo("/one");
        assertThat(Objects.requireNonNull(found.get(nowhere)).getCurrentReplicaLogDir())
                .isNull();
    }

    @Test
    void replicasAreMovedBetweenLogDirsEachWithItsOwnOutcome() throws Exception {
        Held copied = new Held(new dev.curia.common.id.TopicPartition("t", 0), 3, true, 4);
        broker.logDirs = List.of(
                new LogDir("/one", true, 10, 5, List.of(held("t", 0, 7))),
                new LogDir("/two", true, 10, 5, List.of(copied)),
                new LogDir("/broken", false, -1, -1, List.of()));
        TopicPartitionReplica moving = new TopicPartitionReplica("t", 0, TestBroker.ID);
        TopicPartitionReplica unknown = new TopicPartitionReplica("t", 1, TestBroker.ID);
        TopicPartitionReplica offline = new TopicPartitionReplica("u", 0, TestBroker.ID);
        Map<TopicPartitionReplica, KafkaFuture<Void>> results = admin.alterReplicaLogDirs(
                        Map.of(moving, "/two", unknown, "/nowhere", offline, "/broken"))
                .values();
        get(Objects.requireNonNull(results.get(moving)));
        fails(Objects.requireNonNull(results.get(unknown)), LogDirNotFoundException.class, "");
        fails(Objects.requireNonNull(results.get(offline)), KafkaStorageException.class, "");
        assertThat(broker.directoryMoves).containsExactly("t-0 to /two");

        ReplicaLogDirInfo seen = Objects.requireNonNull(
                get(admin.describeReplicaLogDirs(List.of(moving)).all()).get(moving));
        assertThat(seen.getCurrentReplicaLogDir()).isEqualTo("/one");
        assertThat(seen.getFutureReplicaLogDir()).isEqualTo("/two");
        assertThat(seen.getFutureReplicaOffsetLag()).isEqualTo(4);
    }

    private static Held held(String topic, int partition, long bytes) {
        return new Held(new dev.curia.common.id.TopicPartition(topic, partition), bytes);
    }

    private static Map<TopicPartition, Long> sizes(LogDirDescription directory) {
        Map<TopicPartition, Long> sizes = new HashMap<>();
        directory.replicaInfos().forEach((partition, replica) -> sizes.put(partition, replica.size()));
        return sizes;
    }

    @Test
    void validatingOnlyChangesNothing() throws Exception {
        Map<ConfigResource, Collection<AlterConfigOp>> change =
                Map.of(TOPIC, List.of(op(OpType.SET, "retention.ms", "1000")));
        get(admin.incrementalAlterConfigs(change, new AlterConfigsOptions().validateOnly(true))
                .all());
        assertThat(described("retention.ms").value()).isEqualTo("604800000");

        get(admin.createTopics(
                        List.of(new org.apache.kafka.clients.admin.NewTopic("u", 1, (short) 1)),
                        new CreateTopicsOptions().validateOnly(true))
                .all());
        assertThat(broker.image().topic("u")).isEmpty();
        get(admin.createPartitions(
                        Map.of("t", NewPartitions.increaseTo(3)), new CreatePartitionsOptions().validateOnly(true))
                .all());
        assertThat(broker.image().topic("t").orElseThrow().partitions()).hasSize(1);
        FeatureUpdate update = new FeatureUpdate((short) 2, FeatureUpdate.UpgradeType.UPGRADE);
        get(admin.updateFeatures(
                        Map.of(Features.TRANSACTION_VERSION, update), new UpdateFeaturesOptions().validateOnly(true))
                .all());
        assertThat(broker.image().features()).doesNotContainKey(Features.TRANSACTION_VERSION);
    }

    @Test
    void anOlderClientReplacesAllThatWasSet() throws Exception {
        alter(op(OpType.SET, "retention.ms", "1000"), op(OpType.SET, "flush.ms", "5"));
        AlterConfigsRequest request = new AlterConfigsRequest.Builder(
                        Map.of(
                                TOPIC,
                                new AlterConfigsRequest.Config(
                                        List.of(new AlterConfigsRequest.ConfigEntry("flush.ms", "6")))),
                        false)
                .build((short) 1);
        assertThat(handle(ApiKeys.ALTER_CONFIGS, request).errorCounts()).containsOnlyKeys(Errors.NONE);
        assertThat(described("flush.ms").value()).isEqualTo("6");
        assertThat(described("retention.ms").source()).isEqualTo(ConfigSource.DEFAULT_CONFIG);
    }

    @SuppressWarnings("unchecked")
    private <Q extends AbstractRequest> AbstractResponse handle(ApiKeys api, Q request) throws Exception {
        RequestHandler<Q> handler = (RequestHandler<Q>) broker.apis.find(api).orElseThrow();
        RequestContext context = new RequestContext(
                request.version(),
                1,
                "test",
                Principal.ANONYMOUS,
                "c",
                InetAddress.getLoopbackAddress(),
                "PLAINTEXT",
                0);
        return Objects.requireNonNull(
                handler.handle(context, request).toCompletableFuture().get(20, TimeUnit.SECONDS));
    }

    @Test
    void eachResourceFailsOnItsOwnAndSaysWhy() throws Exception {
        ConfigResource unknown = new ConfigResource(ConfigResource.Type.TOPIC, "nope");
        ConfigResource node = new ConfigResource(ConfigResource.Type.BROKER, "7");
        List<AlterConfigOp> good = List.of(op(OpType.SET, "retention.ms", "1000"));
        Map<ConfigResource, KafkaFuture<Void>> results = admin.incrementalAlterConfigs(
                        Map.of(TOPIC, good, unknown, good, node, List.of(op(OpType.SET, "num.io.threads", "1"))))
                .values();
        get(Objects.requireNonNull(results.get(TOPIC)));
        fails(Objects.requireNonNull(results.get(unknown)), UnknownTopicOrPartitionException.class, "nope");
        fails(Objects.requireNonNull(results.get(node)), InvalidConfigurationException.class, "configuration file");

        for (AlterConfigOp bad : Arrays.asList(
                op(OpType.SET, "retention.ms", "soon"),
                op(OpType.SET, "no.such", "1"),
                op(OpType.APPEND, "retention.ms", "1"))) {
            fails(
                    admin.incrementalAlterConfigs(Map.of(TOPIC, List.of(bad))).all(),
                    InvalidConfigurationException.class,
                    bad.configEntry().name());
        }
        assertThat(described("retention.ms").value()).isEqualTo("1000");
    }
}
