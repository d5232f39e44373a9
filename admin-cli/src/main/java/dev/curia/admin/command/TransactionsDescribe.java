package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.proto.broker.v1.DescribeTransactionResponse;
import dev.curia.proto.broker.v1.ListedTransaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code curia transactions describe}. */
@Command(
        name = "describe",
        description = "Show transactional ids with the partitions that their transactions write to.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {"  curia transactions describe billing-1"})
final class TransactionsDescribe extends ViewCommand {
    @Parameters(arity = "1..*", paramLabel = "ID", description = "Transactional ids.")
    private List<String> ids = List.of();

    TransactionsDescribe(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        TransactionCalls calls = new TransactionCalls(curia, admin, channels);
        List<DescribeTransactionResponse> found = new ArrayList<>();
        ids.forEach(id -> found.add(calls.describe(id)));
        curia.print(
                curia.structured()
                        ? curia.data(
                                found.stream().map(TransactionsDescribe::toJson).toList())
                        : found.stream().map(this::toText).collect(Collectors.joining("\n")));
        return ExitCode.OK;
    }

    private String toText(DescribeTransactionResponse found) {
        ListedTransaction transaction = found.getTransaction();
        long started = transaction.getStartedMs();
        return "Transactional id:  " + transaction.getTransactionalId()
                + "\nState:             " + transaction.getState()
                + "\nCoordinator:       broker " + found.getCoordinator()
                + "\nProducer:          " + transaction.getProducerId() + ", epoch " + transaction.getProducerEpoch()
                + "\nTimeout:           " + transaction.getTimeoutMs() + " ms"
                + "\nStarted:           " + (started < 0 ? "never" : Instant.ofEpochMilli(started))
                + "\nOpen for:          "
                + TransactionCalls.openFor(transaction, curia.clock().wallMillis())
                + "\nPartitions:        " + partitions(found) + "\n";
    }

    private static String partitions(DescribeTransactionResponse found) {
        String text = found.getPartitionsList().stream()
                .map(partition -> partition.getTopic() + "-" + partition.getPartition())
                .sorted()
                .collect(Collectors.joining(", "));
        return text.isEmpty() ? "-" : text;
    }

    private static Object toJson(DescribeTransactionResponse found) {
        return TransactionCalls.toJson(new TransactionCalls.Listed(found.getCoordinator(), found.getTransaction()))
                .put(
                        "partitions",
                        found.getPartitionsList().stream()
                                .map(partition -> partition.getTopic() + "-" + partition.getPartition())
                                .sorted()
                                .toList());
    }
}
