package dev.curia.broker.kafka.api.txn;

import dev.curia.broker.group.GroupCoordinator;
import dev.curia.broker.kafka.api.ClusterView;
import dev.curia.broker.kafka.api.RequestHandler;
import dev.curia.broker.txn.FreshProducerIds;
import dev.curia.broker.txn.LocalMarkers;
import dev.curia.broker.txn.Membership;
import dev.curia.broker.txn.TransactionCoordinator;
import java.util.List;

/** The handlers of all requests of idempotent and transactional producers but Produce. */
public final class TransactionHandlers {
    private TransactionHandlers() {}

    /** What the handlers need of the rest of the broker. */
    public record Ports(
            TransactionCoordinator transactions,
            Membership membership,
            GroupCoordinator groups,
            ClusterView cluster,
            FreshProducerIds producerIds,
            LocalMarkers markers) {}

    public static List<RequestHandler<?>> all(Ports ports) {
        return List.of(
                new InitProducerIdHandler(ports.transactions, ports.producerIds),
                new AddPartitionsToTxnHandler(ports.transactions, ports.cluster),
                new AddOffsetsToTxnHandler(ports.transactions, ports.groups),
                new TxnOffsetCommitHandler(ports.membership, ports.groups, ports.cluster),
                new EndTxnHandler(ports.transactions),
                new WriteTxnMarkersHandler(ports.markers),
                new DescribeTransactionsHandler(ports.transactions),
                new ListTransactionsHandler(ports.transactions));
    }
}
