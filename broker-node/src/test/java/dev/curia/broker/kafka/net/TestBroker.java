package dev.curia.broker.kafka.net;

import dev.curia.broker.access.AccessConfigs;
import dev.curia.broker.access.DenialLog;
import dev.curia.broker.config.ServerKeys;
import dev.curia.broker.config.ServerSettings;
import dev.curia.broker.config.Settings;
import dev.curia.broker.fetch.DiskReads;
import dev.curia.broker.fetch.FetchSessions;
import dev.curia.broker.group.Subscribers;
import dev.curia.broker.kafka.api.ApiTable;
import dev.curia.broker.kafka.api.AuthenticationHandlers;
import dev.curia.broker.kafka.api.ClusterView;
import dev.curia.broker.kafka.api.CoreHandlers;
import dev.curia.broker.kafka.api.LogDirs;
import dev.curia.broker.kafka.api.MemoryLoggers;
import dev.curia.broker.kafka.api.RequestHandler;
import dev.curia.broker.kafka.api.TopicAdmin;
import dev.curia.broker.kafka.guard.Guards;
import dev.curia.broker.quota.QuotaConfigs;
import dev.curia.broker.quota.QuotaMetrics;
import dev.curia.broker.quota.Quotas;
import dev.curia.broker.security.LoginMetrics;
import dev.curia.broker.security.SaslKeys;
import dev.curia.broker.security.SecurityProtocol;
import dev.curia.broker.security.TlsKeys;
import dev.curia.broker.security.TlsMetrics;
import dev.curia.broker.security.TlsReloads;
import dev.curia.common.id.PartitionId;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.common.security.Acl;
import dev.curia.common.security.Principal;
import dev.curia.common.time.SystemClock;
import dev.curia.metadata.acl.Authorization;
import dev.curia.metadata.decide.ConfigDecisions;
import dev.curia.metadata.decide.Decision;
import dev.curia.metadata.decide.PartitionAdditions;
import dev.curia.metadata.decide.PreferredElections;
import dev.curia.metadata.decide.Reassignments;
import dev.curia.metadata.decide.TopicDefaults;
import dev.curia.metadata.image.ClientQuotas;
import dev.curia.metadata.image.Features;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.QuotaEntity;
import dev.curia.metadata.image.QuotaKey;
import dev.curia.proto.admin.v1.AlterConfigsRequest;
import dev.curia.proto.admin.v1.AlterConfigsResponse;
import dev.curia.proto.admin.v1.AlterReassignmentsRequest;
import dev.curia.proto.admin.v1.AlterReassignmentsResponse;
import dev.curia.proto.admin.v1.CreatePartitionsRequest;
import dev.curia.proto.admin.v1.CreatePartitionsResponse;
import dev.curia.proto.admin.v1.CreateTopicsRequest;
import dev.curia.proto.admin.v1.CreateTopicsResponse;
import dev.curia.proto.admin.v1.CreatedTopic;
import dev.curia.proto.admin.v1.DeleteTopicsRequest;
import dev.curia.proto.admin.v1.DeleteTopicsResponse;
import dev.curia.proto.admin.v1.DeletedTopic;
import dev.curia.proto.admin.v1.DescribeQuorumResponse;
import dev.curia.proto.admin.v1.ElectLeadersRequest;
import dev.curia.proto.admin.v1.ElectLeadersResponse;
import dev.curia.proto.admin.v1.NewTopic;
import dev.curia.proto.admin.v1.TopicRef;
import dev.curia.proto.common.v1.Endpoint;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import dev.curia.proto.metadata.v1.BrokerRegistrationRecord;
import dev.curia.proto.metadata.v1.ClusterRecord;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.proto.metadata.v1.TopicRecord;
import dev.curia.proto.metadata.v1.TopicRemovalRecord;
import dev.curia.replica.Replica;
import dev.curia.replica.Replicas;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.kafka.common.protocol.ApiKeys;
import org.jspecify.annotations.Nullable;

/** A whole broker but for its log and its controller: real listener, real handlers, on one loopback port. */
final class TestBroker implements AutoCloseable, ClusterView, TopicAdmin, Replicas {
    static final int ID = 7;
    static final int MAX_REQUEST_BYTES = 1 << 20;

    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final AtomicInteger openSlices = new AtomicInteger();
    final AtomicInteger maxConnections = new AtomicInteger(Integer.MAX_VALUE);
    final AtomicInteger maxConnectionsPerAddress = new AtomicInteger(Integer.MAX_VALUE);
    final AtomicReference<Map<String, Integer>> maxConnectionsPerHost = new AtomicReference<>(Map.of());
    final AtomicInteger connectionsPerSecond = new AtomicInteger(Integer.MAX_VALUE);
    final ApiTable apis;

    private final ClientThreads threads = ClientThreads.own(1);
    private final DiskReads disk;
    /** Who asked about SCRAM credentials. */
    final Set<Principal> principals = ConcurrentHashMap.newKeySet();

    private final SecurityProtocol protocol;
    private final TlsReloads reloads;
    private final ListenerSecurity security;
    private final KafkaListener listener;
    private final BiFunction<PartitionId, TopicPartition, Replica> make;
    private final Map<PartitionId, Replica> replicas = new ConcurrentHashMap<>();
    final TestCoordinators coordinators;
    private final SplittableRandom random = new SplittableRandom(1);
    private final ConfigDecisions configs = new ConfigDecisions(new TopicDefaults(1, 1, Map.of()));
    volatile List<LogDirs.LogDir> logDirs = List.of(new LogDirs.LogDir("/logs", true, -1, -1, List.of()));
    final List<String> directoryMoves = new CopyOnWriteArrayList<>();
    volatile DescribeQuorumResponse quorum = DescribeQuorumResponse.getDefaultInstance();
    private volatile MetadataImage image = MetadataImage.EMPTY;

    TestBroker(Path directory) throws IOException {
        this(directory, Duration.ofMinutes(1));
    }

    TestBroker(Path directory, Duration maxIdle) throws IOException {
        this(directory, maxIdle, null);
    }

    /** @param make a new partition's replica; null: a {@link FileReplica} */
    TestBroker(Path directory, Duration maxIdle, @Nullable BiFunction<PartitionId, TopicPartition, Replica> make)
            throws IOException {
        this(directory, maxIdle, make, Map.of());
    }

    /** @param given more settings, as in a configuration file */
    TestBroker(
            Path directory,
            Duration maxIdle,
            @Nullable BiFunction<PartitionId, TopicPartition, Replica> make,
            Map<String, String> given)
            throws IOException {
        this.make = make != null ? make : (id, name) -> new FileReplica(id, name, directory, openSlices);
        SystemClock clock = new SystemClock();
        ConnectionLimits limits = limits(clock);
        Quotas quotas = new Quotas(
                QuotaConfigs.windows(given), () -> image.clientQuotas(), clock, new QuotaMetrics(meters, true));
        disk = new DiskReads(2, 64);
        Map<String, String> all =
                new HashMap<>(Map.of("process.roles", "broker", "node.id", "7", "cluster.id", "test", "log.dirs", "d"));
        all.putAll(given);
        Settings settings = ServerSettings.of(all);
        Authorization authorization =
                new Authorization(AccessConfigs.authorizer(all), () -> image.acls(), new DenialLog(meters));
        coordinators = new TestCoordinators(settings, this, clock, new Subscribers(!authorization.isOn()));
        TestAdmin admin = new TestAdmin(this);
        List<RequestHandler<?>> handlers = new ArrayList<>(CoreHandlers.of(new CoreHandlers.Ports(
                this,
                this,
                new Directories(),
                this,
                admin,
                settings,
                coordinators.membership(),
                new FetchSessions(100, 10_000, clock, new SplittableRandom(2)),
                disk,
                clock,
                new MemoryLoggers(),
                admin,
                authorization)));
        // All of them only for tests that ask for them: the others know of every request that they are served.
        boolean coordinated = given.containsKey("transaction.state.log.num.partitions");
        coordinators.handlers(this).stream()
                .filter(handler -> coordinated || handler.api() == ApiKeys.INIT_PRODUCER_ID)
                .forEach(handlers::add);
        SecurityProtocol spoken = SaslKeys.PROTOCOL_MAP.in(all).getOrDefault("PLAINTEXT", SecurityProtocol.PLAINTEXT);
        protocol = spoken;
        // As above: where nobody logs in, nothing that is for it.
        AuthenticationHandlers.of(this, admin).stream()
                .filter(handler -> spoken.sasl() || !ApiTable.isLogin(handler.api()))
                .forEach(handler -> handlers.add(
                        ApiTable.isLogin(handler.api()) ? handler : new NotedPrincipals<>(handler, principals)));
        Guards guards =
                new Guards(this, settings.get(ServerKeys.AUTO_CREATE_TOPICS), coordinators.subscribers()::heard);
        apis = ApiTable.of(guards.before(handlers, authorization), this);
        security = ListenerSecurity.of(
                "PLAINTEXT",
                spoken,
                all,
                new ListenerSecurity.Ports(
                        (user, mechanism) -> image.scram().find(user, mechanism),
                        clock,
                        new LoginMetrics(meters),
                        new TlsMetrics(meters)));
        reloads =
                new TlsReloads(security.tls().stream().toList(), Duration.ofMillis(TlsKeys.RELOAD_INTERVAL_MS.in(all)));
        listener = KafkaListener.start(
                new KafkaListener.Config(
                        "PLAINTEXT",
                        "127.0.0.1",
                        0,
                        MAX_REQUEST_BYTES,
                        new SocketBuffers(-1, -1),
                        maxIdle,
                        limits,
                        quotas,
                        security),
                threads,
                apis,
                clock,
                new KafkaMetrics(meters));
        apply(firstRecords());
    }

    private ConnectionLimits limits(SystemClock clock) {
        return new ConnectionLimits(
                new ConnectionLimits.Limits(
                        maxConnections::get,
                        maxConnectionsPerAddress::get,
                        maxConnectionsPerHost::get,
                        connectionsPerSecond::get),
                clock);
    }

    private List<MetadataRecord> firstRecords() {
        return List.of(
                MetadataRecord.newBuilder()
                        .setCluster(ClusterRecord.newBuilder().setClusterId("test"))
                        .build(),
                ImageRecords.featureRecord(Features.METADATA_VERSION, Features.ACCESS_RECORDS),
                ImageRecords.featureRecord(Features.GROUP_VERSION, 1),
                MetadataRecord.newBuilder()
                        .setBrokerRegistration(BrokerRegistrationRecord.newBuilder()
                                .setBrokerId(ID)
                                .setBrokerEpoch(1)
                                .setIncarnationId(ImageRecords.bytes(Uuid.random(random)))
                                .addAllFeatures(ImageRecords.features(Features.SUPPORTED))
                                .addListeners(Endpoint.newBuilder()
                                        .setListener("PLAINTEXT")
                                        .setHost("127.0.0.1")
                                        .setPort(port())
                                        .setSecurityProtocol(protocol.name())))
                        .build());
    }

    /** The cluster has finalized this level. */
    void feature(String name, int level) {
        apply(List.of(ImageRecords.featureRecord(name, level)));
    }

    /** As if another broker had led the coordinator's partition meanwhile. */
    void leadAnew(String topic, int partition) {
        coordinators.leadAnew(topic, partition);
    }

    int port() {
        return listener.port();
    }

    String bootstrap() {
        return "127.0.0.1:" + port();
    }

    /** The metadata knows another broker, which is fenced. */
    synchronized void registerStopped(int id) {
        apply(List.of(MetadataRecord.newBuilder()
                .setBrokerRegistration(BrokerRegistrationRecord.newBuilder()
                        .setBrokerId(id)
                        .setBrokerEpoch(id)
                        .setIncarnationId(ImageRecords.bytes(Uuid.random(random)))
                        .setFenced(true))
                .build()));
    }

    void topic(String name, int partitions) {
        createTopics(
                        CreateTopicsRequest.newBuilder()
                                .addTopics(NewTopic.newBuilder().setName(name).setPartitions(partitions))
                                .build(),
                        Duration.ofSeconds(1))
                .join();
    }

    FileReplica replica(String topic, int partition) {
        Uuid id = image.topic(topic).orElseThrow().id();
        return (FileReplica) java.util.Objects.requireNonNull(replicas.get(new PartitionId(id, partition)));
    }

    double metric(String name) {
        return meters.get(name).gauge().value();
    }

    @Override
    public MetadataImage image() {
        return image;
    }

    @Override
    public MetadataImage newest() {
        return image;
    }

    @Override
    public int brokerId() {
        return ID;
    }

    @Override
    public synchronized CompletableFuture<CreateTopicsResponse> createTopics(
            CreateTopicsRequest request, Duration timeout) {
        CreateTopicsResponse.Builder response = CreateTopicsResponse.newBuilder();
        for (NewTopic topic : request.getTopicsList()) {
            CreatedTopic.Builder created = CreatedTopic.newBuilder().setName(topic.getName());
            if (image.topic(topic.getName()).isPresent()) {
                created.setStatus(Status.newBuilder()
                        .setCode(ErrorCode.TOPIC_ALREADY_EXISTS)
                        .setMessage("Topic exists."));
            } else if (!request.getValidateOnly()) {
                create(topic, created);
            }
            response.addTopics(created);
        }
        return CompletableFuture.completedFuture(response.build());
    }

    private void create(NewTopic topic, CreatedTopic.Builder created) {
        Uuid id = Uuid.random(random);
        int partitions = Math.min(100, Math.max(1, topic.getPartitions()));
        List<MetadataRecord> records = new ArrayList<>();
        records.add(MetadataRecord.newBuilder()
                .setTopic(TopicRecord.newBuilder()
                        .setTopicId(ImageRecords.bytes(id))
                        .setName(topic.getName())
                        .setInternal(topic.getInternal()))
                .build());
        IntStream.range(0, partitions).forEach(partition -> {
            PartitionState state = new PartitionState(List.of(ID), List.of(ID), List.of(), ID, 0, 0);
            records.add(MetadataRecord.newBuilder()
                    .setPartition(ImageRecords.partition(id, partition, state))
                    .build());
            PartitionId partitionId = new PartitionId(id, partition);
            replicas.put(partitionId, make.apply(partitionId, new TopicPartition(topic.getName(), partition)));
        });
        apply(records);
        IntStream.range(0, partitions).forEach(partition -> coordinators.lead(topic.getName(), partition));
        created.setTopicId(ImageRecords.bytes(id)).setPartitions(partitions).setReplicationFactor(1);
    }

    @Override
    public synchronized CompletableFuture<DeleteTopicsResponse> deleteTopics(
            DeleteTopicsRequest request, Duration timeout) {
        DeleteTopicsResponse.Builder response = DeleteTopicsResponse.newBuilder();
        for (TopicRef ref : request.getTopicsList()) {
            var topic = ref.hasName() ? image.topic(ref.getName()) : image.topic(ImageRecords.uuid(ref.getTopicId()));
            DeletedTopic.Builder deleted =
                    DeletedTopic.newBuilder().setName(ref.getName()).setTopicId(ref.getTopicId());
            if (topic.isEmpty()) {
                deleted.setStatus(Status.newBuilder().setCode(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
            } else {
                apply(List.of(MetadataRecord.newBuilder()
                        .setTopicRemoval(TopicRemovalRecord.newBuilder()
                                .setTopicId(ImageRecords.bytes(topic.get().id())))
                        .build()));
            }
            response.addTopics(deleted);
        }
        return CompletableFuture.completedFuture(response.build());
    }

    @Override
    public synchronized CompletableFuture<CreatePartitionsResponse> createPartitions(
            CreatePartitionsRequest request, Duration timeout) {
        return decide(PartitionAdditions.add(image, request));
    }

    @Override
    public synchronized CompletableFuture<AlterReassignmentsResponse> alterReassignments(
            AlterReassignmentsRequest request, Duration timeout) {
        return decide(new Reassignments(new TopicDefaults(1, 1, Map.of()))
                .alter(image, request, (broker, partition) -> true));
    }

    @Override
    public synchronized CompletableFuture<ElectLeadersResponse> electLeaders(
            ElectLeadersRequest request, Duration timeout) {
        return decide(PreferredElections.elect(image, request, (broker, partition) -> true));
    }

    @Override
    public synchronized CompletableFuture<AlterConfigsResponse> alterConfigs(
            AlterConfigsRequest request, Duration timeout) {
        return decide(configs.alter(image, request));
    }

    static Quotas noQuotas() {
        return new Quotas(
                QuotaConfigs.windows(Map.of()),
                () -> ClientQuotas.EMPTY,
                new SystemClock(),
                new QuotaMetrics(new SimpleMeterRegistry(), false));
    }

    /** Sets a limit. */
    void quota(QuotaEntity entity, QuotaKey key, double value) {
        apply(List.of(ImageRecords.quotaRecord(entity, key.key(), value)));
    }

    /** The cluster has these entries from now on, besides those that it had. */
    synchronized void allow(Acl... acls) {
        apply(Arrays.stream(acls).map(ImageRecords::aclRecord).toList());
    }

    synchronized void forbid(Acl acl) {
        apply(List.of(ImageRecords.aclRemovalRecord(acl)));
    }

    /** As the controller decides. */
    synchronized <R> CompletableFuture<R> decide(Function<MetadataImage, Decision<R>> decisions) {
        return decide(decisions.apply(image));
    }

    private <R> CompletableFuture<R> decide(Decision<R> decision) {
        apply(decision.records());
        return CompletableFuture.completedFuture(decision.reply().apply(image.index()));
    }

    @Override
    public Optional<Replica> find(TopicPartition partition) {
        return image.topic(partition.topic())
                .flatMap(topic -> find(new PartitionId(topic.id(), partition.partition())));
    }

    @Override
    public Optional<Replica> find(PartitionId partition) {
        return Optional.ofNullable(replicas.get(partition));
    }

    private synchronized void apply(List<MetadataRecord> records) {
        MetadataImage.Applied applied = image.apply(image.index() + 1, records);
        image = applied.image();
        coordinators.changed(applied.delta(), image);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        reloads.close();
        security.close();
        coordinators.close();
        threads.close();
        disk.close();
    }

    /** Those of {@link #logDirs}; moves are noted, and happen at once. */
    private final class Directories implements LogDirs {
        @Override
        public List<LogDir> describe() {
            return logDirs;
        }

        @Override
        public ErrorCode move(TopicPartition partition, String directory) {
            Optional<LogDir> found = logDirs.stream()
                    .filter(each -> each.path().equals(directory))
                    .findFirst();
            if (found.isEmpty()) return ErrorCode.LOG_DIR_NOT_FOUND;
            if (!found.get().online()) return ErrorCode.KAFKA_STORAGE_ERROR;
            directoryMoves.add(partition + " to " + directory);
            return ErrorCode.NONE;
        }
    }
}
