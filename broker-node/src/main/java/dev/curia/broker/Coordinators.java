package dev.curia.broker;

import dev.curia.broker.bridge.MetadataBridge;
import dev.curia.broker.bridge.PublishedMetadata;
import dev.curia.broker.coordinator.InternalTopics;
import dev.curia.broker.group.GroupConfigs;
import dev.curia.broker.group.GroupCoordinator;
import dev.curia.broker.group.GroupMetrics;
import dev.curia.broker.group.MemberIds;
import dev.curia.broker.group.OffsetsTopic;
import dev.curia.broker.group.Subscribers;
import dev.curia.broker.grpc.BrokerAdminService;
import dev.curia.broker.grpc.GroupService;
import dev.curia.broker.grpc.GrpcReaderPlaces;
import dev.curia.broker.grpc.GrpcTxnLinks;
import dev.curia.broker.grpc.PeerChannels;
import dev.curia.broker.grpc.RpcSecurity;
import dev.curia.broker.grpc.TransactionService;
import dev.curia.broker.kafka.api.ConfigEntries;
import dev.curia.broker.kafka.api.CoreHandlers;
import dev.curia.broker.kafka.api.FindCoordinatorHandler;
import dev.curia.broker.kafka.api.ProducerIdBlocks;
import dev.curia.broker.kafka.api.ProducerIds;
import dev.curia.broker.kafka.api.RequestHandler;
import dev.curia.broker.kafka.api.group.GroupHandlers;
import dev.curia.broker.kafka.api.txn.GroupMarkers;
import dev.curia.broker.kafka.api.txn.TransactionHandlers;
import dev.curia.broker.lag.LagConfigs;
import dev.curia.broker.lag.LagHistory;
import dev.curia.broker.lag.LagMetrics;
import dev.curia.broker.lag.LagMonitor;
import dev.curia.broker.txn.LocalMarkers;
import dev.curia.broker.txn.Membership;
import dev.curia.broker.txn.TransactionCoordinator;
import dev.curia.broker.txn.TransactionsTopic;
import dev.curia.broker.txn.TxnMetrics;
import dev.curia.common.fault.FaultHandler;
import dev.curia.common.id.Uuid;
import dev.curia.common.loop.EventLoop;
import dev.curia.common.time.Clock;
import dev.curia.metadata.acl.Authorization;
import dev.curia.proto.events.v1.Event;
import dev.curia.replica.Replicas;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.random.RandomGenerator;

/** Wires the coordinators of groups and of transactions, which work on each other's partitions. */
final class Coordinators {
    /**
     * What they are made of.
     *
     * @param background may block
     * @param loops makes a thread of this name
     * @param verifies transaction.partition.verification.enable, as it is now
     * @param journal of the cluster
     */
    record Parts(
            Replicas replicas,
            InternalTopics internalTopics,
            ProducerIdBlocks producerIds,
            Executor background,
            Function<String, EventLoop> loops,
            RandomGenerator random,
            MeterRegistry meters,
            BooleanSupplier verifies,
            Consumer<Event> journal,
            Subscribers subscribers,
            Authorization authorization,
            RpcSecurity security) {}

    private final Parts parts;
    private final PublishedMetadata published;
    private final Clock clock;
    private final FaultHandler faults;
    private final ProducerIds producerIds;
    private final LocalMarkers markers;
    private final GroupCoordinator groups;
    private final TransactionCoordinator transactions;
    private final Membership membership;
    private final LagHistory lagHistory;

    /** @param resources own what has to be closed */
    Coordinators(
            Map<String, String> config,
            PublishedMetadata published,
            Clock clock,
            FaultHandler faults,
            Parts parts,
            Resources resources) {
        this.parts = parts;
        this.published = published;
        this.clock = clock;
        this.faults = faults;
        this.producerIds = new ProducerIds(parts.producerIds());
        PeerChannels peers =
                resources.own(new PeerChannels(published, parts.security().channels()));
        GrpcTxnLinks links = new GrpcTxnLinks(peers);
        this.groups = resources.own(groups(config, resources));
        this.markers = new LocalMarkers(parts.replicas(), clock, new GroupMarkers(groups));
        this.transactions = resources.own(transactions(config, links));
        this.membership = Membership.of(transactions, published, links, parts.verifies());
        this.lagHistory = new LagHistory(LagConfigs.HISTORY_TOPICS.in(config));
        watchLag(config, peers, resources);
    }

    private GroupCoordinator groups(Map<String, String> config, Resources resources) {
        Executor expressions = resources.ownExecutor("group-expressions", 1);
        List<EventLoop> loops = new ArrayList<>();
        for (int i = 0; i < GroupConfigs.COORDINATOR_THREADS.in(config); i++) {
            loops.add(parts.loops().apply("groups-" + i));
        }
        return new GroupCoordinator(
                config,
                new GroupCoordinator.Parts(
                        parts.replicas(),
                        parts.internalTopics(),
                        published::image,
                        loops,
                        parts.background(),
                        expressions,
                        clock,
                        faults,
                        new MemberIds(parts.random()),
                        new GroupMetrics(parts.meters()),
                        parts.journal(),
                        parts.subscribers()));
    }

    private void watchLag(Map<String, String> config, PeerChannels peers, Resources resources) {
        Duration interval = Duration.ofMillis(LagConfigs.INTERVAL_MS.in(config));
        if (interval.isZero()) return;
        LagMonitor lag = resources.own(new LagMonitor(
                groups,
                published::leaderOf,
                new GrpcReaderPlaces(peers),
                new LagMetrics(parts.meters(), LagConfigs.PARTITION_SERIES.in(config)),
                lagHistory,
                parts.loops().apply("group-lag"),
                clock,
                interval));
        lag.start();
    }

    private TransactionCoordinator transactions(Map<String, String> config, GrpcTxnLinks links) {
        return new TransactionCoordinator(
                config,
                new TransactionCoordinator.Parts(
                        parts.replicas(),
                        parts.internalTopics(),
                        parts.loops().apply("transactions"),
                        parts.background(),
                        clock,
                        faults,
                        producerIds,
                        new TxnMetrics(parts.meters())),
                published,
                markers,
                links);
    }

    /** Whom to tell of leaderships. */
    List<MetadataBridge.Coordinator> followers() {
        return List.of(
                new Leaderships(OffsetsTopic.NAME, groups::onLeadership, groups::onResign),
                new Leaderships(TransactionsTopic.NAME, transactions::onLeadership, transactions::onResign));
    }

    /** Topics of these names came, went or grew; those that went by their ids. */
    void onTopicsChanged(Set<String> names, Map<Uuid, String> removed) {
        groups.onTopicsChanged(names, removed);
    }

    /** For those who append what producers write in transactions. */
    Membership membership() {
        return membership;
    }

    List<RequestHandler<?>> handlers() {
        List<RequestHandler<?>> handlers = new ArrayList<>(GroupHandlers.all(groups, published));
        handlers.add(new FindCoordinatorHandler(
                List.of(FindCoordinatorHandler.groups(groups), FindCoordinatorHandler.transactions(transactions)),
                published));
        handlers.addAll(TransactionHandlers.all(
                new TransactionHandlers.Ports(transactions, membership, groups, published, producerIds, markers)));
        return handlers;
    }

    /** What other brokers call. */
    TransactionService service() {
        return new TransactionService(markers, transactions);
    }

    /** What administrators call. */
    GroupService groupService() {
        return new GroupService(groups, published, lagHistory, parts.authorization());
    }

    /** What administrators ask of a broker that has these parts. */
    BrokerAdminService adminService(CoreHandlers.Ports core) {
        return new BrokerAdminService(new BrokerAdminService.Parts(
                published,
                new ConfigEntries(published, core.settings()),
                core.logDirs(),
                core.disk(),
                core.replicas(),
                transactions,
                markers,
                published,
                parts.authorization()));
    }

    /** A coordinator follows the leaderships of its topic. */
    private record Leaderships(String topic, Leads leads, IntConsumer resigns) implements MetadataBridge.Coordinator {
        private interface Leads {
            void onLeadership(int partition, int leaderEpoch);
        }

        @Override
        public void onLeadership(int partition, int leaderEpoch) {
            leads.onLeadership(partition, leaderEpoch);
        }

        @Override
        public void onResign(int partition) {
            resigns.accept(partition);
        }
    }
}
