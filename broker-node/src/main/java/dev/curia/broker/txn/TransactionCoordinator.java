package dev.curia.broker.txn;

import dev.curia.broker.coordinator.InternalTopics;
import dev.curia.broker.coordinator.ShardRuntime;
import dev.curia.broker.coordinator.ShardSettings;
import dev.curia.broker.txn.state.AddPartitions;
import dev.curia.broker.txn.state.EndTxn;
import dev.curia.broker.txn.state.EndedTxn;
import dev.curia.broker.txn.state.InitProducerId;
import dev.curia.broker.txn.state.Txn;
import dev.curia.broker.txn.state.TxnRecord;
import dev.curia.broker.txn.state.TxnSettings;
import dev.curia.broker.txn.state.TxnShard;
import dev.curia.broker.txn.state.TxnTimer;
import dev.curia.broker.txn.state.TxnView;
import dev.curia.common.fault.FaultHandler;
import dev.curia.common.loop.EventLoop;
import dev.curia.common.time.Clock;
import dev.curia.replica.Replicas;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.apache.kafka.common.protocol.Errors;

/**
 * The transactional ids of those partitions of {@code __transaction_state} that this broker leads (KIP-98, KIP-890). Thread-safe, never
 * blocks; answers never fail, errors are in them: NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS and COORDINATOR_NOT_AVAILABLE besides those
 * of Kafka's protocol. An answer that changed something leaves after the change is committed. A decided transaction is carried out by
 * whoever leads the partition: markers are written until all are.
 */
public final class TransactionCoordinator implements AutoCloseable {
    /** Per shard; each is one request's change. */
    private static final int MAX_APPENDS_UNDER_WAY = 10_000;

    /** How long a caller waits for its change; then it asks again. */
    private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(5);

    /**
     * What it works with.
     *
     * @param loop the shards' thread, and the markers'
     * @param loader may block: reads logs while loading; does what takes long
     */
    public record Parts(
            Replicas replicas,
            InternalTopics internalTopics,
            EventLoop loop,
            Executor loader,
            Clock clock,
            FaultHandler faults,
            FreshProducerIds producerIds,
            TxnMetrics metrics) {}

    private final TransactionsTopic topic;
    private final InternalTopics internalTopics;
    private final FreshProducerIds producerIds;
    private final Executor background;
    private final ShardRuntime<TxnShard, TxnRecord, TxnTimer> shards;

    /** @param config the node's settings, see {@link TxnConfigs} */
    public TransactionCoordinator(
            Map<String, String> config, Parts parts, MarkerLeaders leaders, LocalMarkers local, MarkerLinks links) {
        this.topic = TransactionsTopic.of(config);
        this.internalTopics = parts.internalTopics();
        this.producerIds = parts.producerIds();
        this.background = parts.loader();
        TxnSettings settings = TxnConfigs.settings(config);
        MarkerWriter markers = new MarkerWriter(
                new MarkerWriter.Ports(leaders, local, links, parts.clock(), parts.metrics()),
                parts.loop(),
                this::markersWritten);
        this.shards = new ShardRuntime<>(
                new ShardSettings(
                        TransactionsTopic.NAME,
                        TxnConfigs.LOAD_BUFFER_SIZE.in(config),
                        MAX_APPENDS_UNDER_WAY,
                        COMMIT_TIMEOUT),
                new ShardRuntime.Parts<>(
                        parts.replicas(),
                        List.of(parts.loop()),
                        parts.loader(),
                        parts.clock(),
                        parts.faults(),
                        new TxnRecordCodec(),
                        (partition, epoch, timers) ->
                                new TxnShard(settings, partition, epoch, timers, markers, parts.metrics()),
                        parts.metrics()));
    }

    /** This broker leads a partition of {@link TransactionsTopic#NAME} in a new epoch. */
    public void onLeadership(int partition, int leaderEpoch) {
        shards.onLeadership(partition, leaderEpoch);
    }

    /** This broker leads it no longer. */
    public void onResign(int partition) {
        shards.onResign(partition);
    }

    public TransactionsTopic topic() {
        return topic;
    }

    /** Creates the topic when it isn't there yet. */
    public CompletionStage<Errors> ensureTopic() {
        return topic.ensure(internalTopics);
    }

    public CompletableFuture<InitProducerId.Reply> initProducerId(InitProducerId.Request request) {
        return init(request).thenCompose(reply -> {
            if (!reply.needsProducerId()) return CompletableFuture.completedFuture(reply);
            return producerIds
                    .next()
                    .thenCompose(id -> init(request.withFreshId(id)))
                    .exceptionally(failure -> InitProducerId.Reply.failed(error(failure)));
        });
    }

    private CompletableFuture<InitProducerId.Reply> init(InitProducerId.Request request) {
        return shards.call(
                topic.partitionFor(request.transactionalId()),
                InitProducerId.Reply::failed,
                (shard, now, answer) -> shard.initProducerId(request, now, answer));
    }

    public CompletableFuture<Errors> addPartitions(AddPartitions.Request request) {
        return shards.call(
                topic.partitionFor(request.transactionalId()),
                error -> error,
                (shard, now, answer) -> shard.addPartitions(request, now, answer));
    }

    public CompletableFuture<EndTxn.Reply> end(EndTxn.Request request) {
        return endOnce(request).thenCompose(reply -> {
            if (!reply.needsProducerId()) return CompletableFuture.completedFuture(reply);
            return producerIds
                    .next()
                    .thenCompose(id -> endOnce(request.withFreshId(id)))
                    .exceptionally(failure -> EndTxn.Reply.failed(error(failure)));
        });
    }

    private CompletableFuture<EndTxn.Reply> endOnce(EndTxn.Request request) {
        return shards.call(
                topic.partitionFor(request.transactionalId()),
                EndTxn.Reply::failed,
                (shard, now, answer) -> shard.end(request, now, answer));
    }

    private void markersWritten(EndedTxn txn) {
        shards.tell(txn.shard(), (shard, now) -> List.of(shard.markersWritten(txn, now)));
    }

    public CompletableFuture<TxnView.Described> describe(String transactionalId) {
        return shards.call(
                topic.partitionFor(transactionalId),
                TxnView.Described::failed,
                (shard, now, answer) -> shard.describe(transactionalId, answer));
    }

    /** Of all partitions led here. */
    public CompletableFuture<TxnView.Listing> list(TxnView.Filter filter) {
        List<CompletableFuture<TxnView.Listing>> parts = shards.callAll(
                error -> new TxnView.Listing(error == Errors.NOT_COORDINATOR ? Errors.NONE : error, List.of()),
                (shard, now, answer) ->
                        shard.list(filter, now, txns -> answer.accept(new TxnView.Listing(Errors.NONE, txns))));
        return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new)).thenApply(done -> {
            Errors error = Errors.NONE;
            List<Txn> txns = new ArrayList<>();
            for (CompletableFuture<TxnView.Listing> part : parts) {
                TxnView.Listing listing = part.join();
                if (listing.error() != Errors.NONE) error = listing.error();
                txns.addAll(listing.txns());
            }
            return new TxnView.Listing(error, txns);
        });
    }

    /** Only those whose id {@code chosen} takes, which may take its time. */
    public CompletableFuture<TxnView.Listing> list(TxnView.Filter filter, Predicate<String> chosen) {
        return list(filter)
                .thenApplyAsync(
                        listing -> new TxnView.Listing(
                                listing.error(),
                                listing.txns().stream()
                                        .filter(txn -> chosen.test(txn.transactionalId()))
                                        .toList()),
                        background);
    }

    private static Errors error(Throwable failure) {
        Throwable cause = failure instanceof CompletionException wrapped && wrapped.getCause() != null
                ? wrapped.getCause()
                : failure;
        return Errors.forException(cause);
    }

    /** Drops all shards; the loop and the loader are closed by their owner afterwards. */
    @Override
    public void close() {
        shards.close();
    }
}
