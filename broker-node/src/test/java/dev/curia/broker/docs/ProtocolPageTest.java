package dev.curia.broker.docs;

import dev.curia.broker.bridge.PublishedMetadata;
import dev.curia.broker.bridge.QuorumInternalTopics;
import dev.curia.broker.config.ServerSettings;
import dev.curia.broker.config.Settings;
import dev.curia.broker.fetch.DiskReads;
import dev.curia.broker.fetch.FetchSessions;
import dev.curia.broker.group.GroupCoordinator;
import dev.curia.broker.group.GroupMetrics;
import dev.curia.broker.group.MemberIds;
import dev.curia.broker.group.Subscribers;
import dev.curia.broker.kafka.api.AclAdmin;
import dev.curia.broker.kafka.api.ApiTable;
import dev.curia.broker.kafka.api.AuthenticationHandlers;
import dev.curia.broker.kafka.api.ClusterAdmin;
import dev.curia.broker.kafka.api.CoreHandlers;
import dev.curia.broker.kafka.api.FindCoordinatorHandler;
import dev.curia.broker.kafka.api.LogDirs;
import dev.curia.broker.kafka.api.MemoryLoggers;
import dev.curia.broker.kafka.api.ProducerIds;
import dev.curia.broker.kafka.api.RequestHandler;
import dev.curia.broker.kafka.api.TopicAdmin;
import dev.curia.broker.kafka.api.group.GroupHandlers;
import dev.curia.broker.kafka.api.txn.GroupMarkers;
import dev.curia.broker.kafka.api.txn.TransactionHandlers;
import dev.curia.broker.txn.LocalMarkers;
import dev.curia.broker.txn.Membership;
import dev.curia.broker.txn.TransactionCoordinator;
import dev.curia.broker.txn.TxnMetrics;
import dev.curia.common.id.PartitionId;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.loop.EventLoop;
import dev.curia.metadata.acl.Authorization;
import dev.curia.proto.admin.v1.AlterClientQuotasRequest;
import dev.curia.proto.admin.v1.AlterClientQuotasResponse;
import dev.curia.proto.admin.v1.AlterConfigsRequest;
import dev.curia.proto.admin.v1.AlterConfigsResponse;
import dev.curia.proto.admin.v1.AlterReassignmentsRequest;
import dev.curia.proto.admin.v1.AlterReassignmentsResponse;
import dev.curia.proto.admin.v1.CreateAclsRequest;
import dev.curia.proto.admin.v1.CreateAclsResponse;
import dev.curia.proto.admin.v1.CreatePartitionsRequest;
import dev.curia.proto.admin.v1.CreatePartitionsResponse;
import dev.curia.proto.admin.v1.CreateTopicsRequest;
import dev.curia.proto.admin.v1.CreateTopicsResponse;
import dev.curia.proto.admin.v1.DeleteAclsRequest;
import dev.curia.proto.admin.v1.DeleteAclsResponse;
import dev.curia.proto.admin.v1.DeleteTopicsRequest;
import dev.curia.proto.admin.v1.DeleteTopicsResponse;
import dev.curia.proto.admin.v1.DescribeQuorumResponse;
import dev.curia.proto.admin.v1.ElectLeadersRequest;
import dev.curia.proto.admin.v1.ElectLeadersResponse;
import dev.curia.proto.admin.v1.UnregisterBrokerResponse;
import dev.curia.proto.admin.v1.UpdateFeaturesRequest;
import dev.curia.proto.admin.v1.UpdateFeaturesResponse;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.Replica;
import dev.curia.replica.Replicas;
import dev.curia.testkit.ManualClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.kafka.common.message.ApiMessageType.ListenerType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;

class ProtocolPageTest {
    private static final String NOTHING = "this broker serves nobody";

    @Test
    void protocolReferenceIsUpToDate() throws IOException {
        try (DiskReads disk = new DiskReads(1, 1)) {
            ApiTable table = table(disk);
            ReferencePage.check(
                    "protocol.md",
                    "# Kafka protocol\n\n"
                            + "Generated from the table of handlers, which is also what ApiVersions advertises: what is"
                            + " not here is not advertised.\n\n"
                            + "## Served\n"
                            + served(table)
                            + "\n"
                            + "Produce is advertised from version 0 on, because older librdkafka compresses only then;"
                            + " versions 0 to 2 are answered with UNSUPPORTED_VERSION, as Apache Kafka does."
                            + " SaslHandshake and SaslAuthenticate are served, and advertised, on SASL listeners only.\n\n"
                            + "## Not served\n"
                            + notServed(table));
        }
    }

    private static String served(ApiTable table) {
        StringBuilder page =
                new StringBuilder("| key | request | versions | of Apache Kafka's |\n| --- | --- | --- | --- |\n");
        table.handlers().stream()
                .sorted(Comparator.comparingInt(handler -> handler.api().id))
                .forEach(handler -> page.append("| %d | %s | %d–%d | %d–%d |\n"
                        .formatted(
                                handler.api().id,
                                handler.api().name,
                                handler.minVersion(),
                                handler.maxVersion(),
                                handler.api().oldestVersion(),
                                handler.api().latestVersion())));
        return page.toString();
    }

    private static String notServed(ApiTable table) {
        return Arrays.stream(ApiKeys.values())
                .filter(api -> api.inScope(ListenerType.BROKER))
                .filter(api -> table.find(api).isEmpty())
                .map(api -> api.name + " (" + api.id + ")")
                .collect(Collectors.joining(", ", "", ".\n"));
    }

    private static ApiTable table(DiskReads disk) {
        PublishedMetadata cluster = new PublishedMetadata(1);
        Settings settings = ServerSettings.of(
                Map.of("process.roles", "broker", "node.id", "1", "cluster.id", "docs", "log.dirs", "logs"));
        ManualClock clock = new ManualClock();
        GroupCoordinator groups = groups(settings, cluster, clock);
        ProducerIds ids = new ProducerIds(() -> CompletableFuture.failedFuture(new IllegalStateException(NOTHING)));
        LocalMarkers markers = new LocalMarkers(new NoReplicas(), clock, new GroupMarkers(groups));
        TransactionCoordinator transactions = transactions(settings, cluster, clock, ids, markers);
        Membership membership = Membership.of(
                transactions,
                cluster,
                (broker, asked) -> CompletableFuture.failedFuture(new IllegalStateException(NOTHING)),
                () -> true);
        List<RequestHandler<?>> handlers = new ArrayList<>(CoreHandlers.of(new CoreHandlers.Ports(
                cluster,
                new NoReplicas(),
                new NoLogDirs(),
                new NoTopics(),
                new NoCluster(),
                settings,
                membership,
                new FetchSessions(1, 1, clock, new Random(1)),
                disk,
                clock,
                new MemoryLoggers(),
                new NoCluster(),
                Authorization.OFF)));
        handlers.addAll(AuthenticationHandlers.of(
                cluster, (request, timeout) -> CompletableFuture.failedFuture(new IllegalStateException(NOTHING))));
        handlers.addAll(GroupHandlers.all(groups, cluster));
        handlers.add(new FindCoordinatorHandler(
                List.of(FindCoordinatorHandler.groups(groups), FindCoordinatorHandler.transactions(transactions)),
                cluster));
        handlers.addAll(TransactionHandlers.all(
                new TransactionHandlers.Ports(transactions, membership, groups, cluster, ids, markers)));
        return ApiTable.of(handlers, cluster);
    }

    private static TransactionCoordinator transactions(
            Settings settings, PublishedMetadata cluster, ManualClock clock, ProducerIds ids, LocalMarkers markers) {
        return new TransactionCoordinator(
                settings.given(),
                new TransactionCoordinator.Parts(
                        new NoReplicas(),
                        new QuorumInternalTopics(new NoTopics(), cluster),
                        new EventLoop("transactions", 1, clock, (what, cause) -> {}),
                        Runnable::run,
                        clock,
                        (what, cause) -> {},
                        ids,
                        new TxnMetrics(new SimpleMeterRegistry())),
                cluster,
                markers,
                (broker, sent) -> CompletableFuture.failedFuture(new IllegalStateException(NOTHING)));
    }

    private static GroupCoordinator groups(Settings settings, PublishedMetadata cluster, ManualClock clock) {
        return new GroupCoordinator(
                settings.given(),
                new GroupCoordinator.Parts(
                        new NoReplicas(),
                        new QuorumInternalTopics(new NoTopics(), cluster),
                        cluster::image,
                        List.of(new EventLoop("groups", 1, clock, (what, cause) -> {})),
                        Runnable::run,
                        Runnable::run,
                        clock,
                        (what, cause) -> {},
                        new MemberIds(new Random(1)),
                        new GroupMetrics(new SimpleMeterRegistry()),
                        event -> {},
                        new Subscribers(true)));
    }

    private static final class NoReplicas implements Replicas {
        @Override
        public Optional<Replica> find(TopicPartition partition) {
            return Optional.empty();
        }

        @Override
        public Optional<Replica> find(PartitionId partition) {
            return Optional.empty();
        }
    }

    private static final class NoCluster implements ClusterAdmin, AclAdmin {
        @Override
        public CompletableFuture<CreateAclsResponse> createAcls(CreateAclsRequest request, Duration timeout) {
            return CompletableFuture.failedFuture(new IllegalStateException(NOTHING));
        }

        @Override
        public CompletableFuture<DeleteAclsResponse> deleteAcls(DeleteAclsRequest request, Duration timeout) {
            return CompletableFuture.failedFuture(new IllegalStateException(NOTHING));
        }

        @Override
        public CompletableFuture<UnregisterBrokerResponse> unregister(int brokerId, Duration timeout) {
            return CompletableFuture.failedFuture(new IllegalStateException(NOTHING));
        }

        @Override
        public CompletableFuture<UpdateFeaturesResponse> updateFeatures(
                UpdateFeaturesRequest request, Duration timeout) {
            return CompletableFuture.failedFuture(new IllegalStateException(NOTHING));
        }

        @Override
        public CompletableFuture<AlterClientQuotasResponse> alterClientQuotas(
                AlterClientQuotasRequest request, Duration timeout) {
            return CompletableFuture.failedFuture(new IllegalStateException(NOTHING));
        }

        @Override
        public CompletableFuture<DescribeQuorumResponse> describeQuorum(Duration timeout) {
            return CompletableFuture.failedFuture(new IllegalStateException(NOTHING));
        }
    }

    private static final class NoTopics implements TopicAdmin {
        @Override
        public CompletableFuture<CreateTopicsResponse> createTopics(CreateTopicsRequest request, Duration timeout) {
            return CompletableFuture.failedFuture(new IllegalStateException(NOTHING));
        }

        @Override
        public CompletableFuture<DeleteTopicsResponse> deleteTopics(DeleteTopicsRequest request, Duration timeout) {
            return CompletableFuture.failedFuture(new IllegalStateException(NOTHING));
        }

        @Override
        public CompletableFuture<CreatePartitionsResponse> createPartitions(
                CreatePartitionsRequest request, Duration timeout) {
            return CompletableFuture.failedFuture(new IllegalStateException(NOTHING));
        }

        @Override
        public CompletableFuture<AlterReassignmentsResponse> alterReassignments(
                AlterReassignmentsRequest request, Duration timeout) {
            return CompletableFuture.failedFuture(new IllegalStateException(NOTHING));
        }

        @Override
        public CompletableFuture<ElectLeadersResponse> electLeaders(ElectLeadersRequest request, Duration timeout) {
            return CompletableFuture.failedFuture(new IllegalStateException(NOTHING));
        }

        @Override
        public CompletableFuture<AlterConfigsResponse> alterConfigs(AlterConfigsRequest request, Duration timeout) {
            return CompletableFuture.failedFuture(new IllegalStateException(NOTHING));
        }
    }

    private static final class NoLogDirs implements LogDirs {
        @Override
        public List<LogDir> describe() {
            return List.of();
        }

        @Override
        public ErrorCode move(TopicPartition partition, String directory) {
            return ErrorCode.LOG_DIR_NOT_FOUND;
        }
    }
}
