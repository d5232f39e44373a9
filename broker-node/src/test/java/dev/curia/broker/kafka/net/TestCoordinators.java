package dev.curia.broker.kafka.net;

import dev.curia.broker.bridge.QuorumInternalTopics;
import dev.curia.broker.config.Settings;
import dev.curia.broker.group.GroupCoordinator;
import dev.curia.broker.group.GroupMetrics;
import dev.curia.broker.group.MemberIds;
import dev.curia.broker.group.OffsetsTopic;
import dev.curia.broker.group.Subscribers;
import dev.curia.broker.grpc.TransactionService;
import dev.curia.broker.kafka.api.FindCoordinatorHandler;
import dev.curia.broker.kafka.api.ProducerIdBlocks;
import dev.curia.broker.kafka.api.ProducerIds;
import dev.curia.broker.kafka.api.RequestHandler;
import dev.curia.broker.kafka.api.group.GroupHandlers;
import dev.curia.broker.kafka.api.txn.GroupMarkers;
import dev.curia.broker.kafka.api.txn.TransactionHandlers;
import dev.curia.broker.txn.LocalMarkers;
import dev.curia.broker.txn.MarkerLeaders;
import dev.curia.broker.txn.Membership;
import dev.curia.broker.txn.TransactionCoordinator;
import dev.curia.broker.txn.TransactionsTopic;
import dev.curia.broker.txn.TxnMetrics;
import dev.curia.common.config.BrokerConfigs;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.common.loop.EventLoop;
import dev.curia.common.time.Clock;
import dev.curia.metadata.image.MetadataDelta;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/** A {@link TestBroker}'s coordinators of groups and transactions, which lead whatever partition of their topics is created. */
final class TestCoordinators implements AutoCloseable {
    private final AtomicLong nextProducerId = new AtomicLong(1000);
    private final ExecutorService loader = Executors.newSingleThreadExecutor();
    private final List<EventLoop> loops = new ArrayList<>();
    private final ProducerIds producerIds = new ProducerIds(
            () -> CompletableFuture.completedFuture(new ProducerIdBlocks.Block(nextProducerId.getAndAdd(2), 2)));
    private final LocalMarkers markers;
    private final GroupCoordinator groups;
    private final TransactionCoordinator transactions;
    private final Membership membership;
    private final Subscribers subscribers;

    TestCoordinators(Settings settings, TestBroker broker, Clock clock, Subscribers subscribers) {
        this.subscribers = subscribers;
        groups = new GroupCoordinator(
                settings.given(),
                new GroupCoordinator.Parts(
                        broker,
                        new QuorumInternalTopics(broker, broker),
                        broker::image,
                        List.of(loop("groups", clock)),
                        loader,
                        loader,
                        clock,
                        TestCoordinators::fail,
                        new MemberIds(new Random(3)),
                        new GroupMetrics(broker.meters),
                        event -> {},
                        subscribers));
        markers = new LocalMarkers(broker, clock, new GroupMarkers(groups));
        transactions = new TransactionCoordinator(
                settings.given(),
                new TransactionCoordinator.Parts(
                        broker,
                        new QuorumInternalTopics(broker, broker),
                        loop("transactions", clock),
                        loader,
                        clock,
                        TestCoordinators::fail,
                        producerIds,
                        new TxnMetrics(broker.meters)),
                leaders(broker),
                markers,
                (to, sent) -> CompletableFuture.failedFuture(new IllegalStateException("there is no other broker")));
        membership = Membership.of(
                transactions,
                leaders(broker),
                (to, asked) -> CompletableFuture.failedFuture(new IllegalStateException("there is no other broker")),
                () -> settings.get(BrokerConfigs.TRANSACTION_VERIFICATION));
    }

    TransactionCoordinator transactions() {
        return transactions;
    }

    GroupCoordinator groups() {
        return groups;
    }

    /** What other brokers would call. */
    TransactionService service() {
        return new TransactionService(markers, transactions);
    }

    Subscribers subscribers() {
        return subscribers;
    }

    Membership membership() {
        return membership;
    }

    private static MarkerLeaders leaders(TestBroker broker) {
        return new MarkerLeaders() {
            @Override
            public int self() {
                return TestBroker.ID;
            }

            @Override
            public OptionalInt leaderOf(TopicPartition partition) {
                return broker.image()
                        .topic(partition.topic())
                        .flatMap(topic -> topic.partition(partition.partition()))
                        .map(PartitionState::leader)
                        .map(OptionalInt::of)
                        .orElse(OptionalInt.empty());
            }
        };
    }

    private EventLoop loop(String name, Clock clock) {
        EventLoop loop = new EventLoop(name, 10_000, clock, TestCoordinators::fail);
        loop.start();
        loops.add(loop);
        return loop;
    }

    private static void fail(String what, Throwable cause) {
        throw new AssertionError(what, cause);
    }

    List<RequestHandler<?>> handlers(TestBroker broker) {
        List<RequestHandler<?>> handlers = new ArrayList<>(GroupHandlers.all(groups, broker));
        handlers.add(new FindCoordinatorHandler(
                List.of(FindCoordinatorHandler.groups(groups), FindCoordinatorHandler.transactions(transactions)),
                broker));
        handlers.addAll(TransactionHandlers.all(
                new TransactionHandlers.Ports(transactions, membership, groups, broker, producerIds, markers)));
        return handlers;
    }

    void changed(MetadataDelta delta, MetadataImage image) {
        Map<Uuid, String> removed = new HashMap<>();
        delta.removedTopics().forEach((id, topic) -> removed.put(id, topic.name()));
        Set<String> names = new HashSet<>(removed.values());
        delta.partitions().forEach(id -> image.topic(id.topicId()).ifPresent(topic -> names.add(topic.name())));
        if (!names.isEmpty() || !delta.acls().isEmpty()) groups.onTopicsChanged(names, removed);
    }

    /** A partition of this topic is led now. */
    void lead(String topic, int partition) {
        if (topic.equals(OffsetsTopic.NAME)) groups.onLeadership(partition, 0);
        if (topic.equals(TransactionsTopic.NAME)) transactions.onLeadership(partition, 0);
    }

    /** As if another broker had led it meanwhile. */
    void leadAnew(String topic, int partition) {
        if (topic.equals(TransactionsTopic.NAME)) transactions.onResign(partition);
        if (topic.equals(OffsetsTopic.NAME)) groups.onResign(partition);
        lead(topic, partition);
    }

    @Override
    public void close() {
        transactions.close();
        groups.close();
        loader.shutdownNow();
        loops.forEach(EventLoop::close);
    }
}
