package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.BrokerClient.Ask;
import dev.curia.admin.client.Channels;
import dev.curia.admin.client.ClusterException;
import dev.curia.admin.command.TransactionCalls.InPartition;
import dev.curia.common.text.Json;
import dev.curia.proto.broker.v1.AbortInPartitionRequest;
import dev.curia.proto.broker.v1.TerminateTransactionRequest;
import dev.curia.proto.broker.v1.TerminateTransactionResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code curia transactions abort}. */
@Command(
        name = "abort",
        description = {
            "Abort a transaction: what is open under a transactional id, whose producer is fenced; or in one partition a transaction that"
                    + " hangs.",
            "In one partition, only one that 'curia transactions find-hanging' shows: a transaction that its coordinator still knows of is"
                    + " torn apart by this."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  curia transactions abort --transactional-id billing-1",
            "  curia transactions abort orders -p 0 --start-offset 4711"
        })
final class TransactionsAbort extends AdminCommand {
    @Parameters(arity = "0..1", paramLabel = "TOPIC", description = "The topic in which one hangs.")
    private @Nullable String topic;

    @Option(
            names = {"-p", "--partition"},
            paramLabel = "P",
            description = "The partition.")
    private @Nullable Integer partition;

    @Option(names = "--start-offset", paramLabel = "OFFSET", description = "Where the transaction begins there.")
    private @Nullable Long startOffset;

    @Option(names = "--transactional-id", paramLabel = "ID", description = "Abort what is open under this id.")
    private @Nullable String id;

    TransactionsAbort(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        TransactionCalls calls = new TransactionCalls(curia, admin, channels);
        if (id != null && topic == null && partition == null && startOffset == null) {
            terminate(calls, id);
        } else if (id == null && topic != null && partition != null && startOffset != null) {
            abort(calls, topic, partition, startOffset);
        } else {
            throw curia.usage("Expected --transactional-id ID, or TOPIC --partition P --start-offset OFFSET.");
        }
        return ExitCode.OK;
    }

    private void terminate(TransactionCalls calls, String transactionalId) {
        TerminateTransactionRequest request = TerminateTransactionRequest.newBuilder()
                .setTransactionalId(transactionalId)
                .build();
        calls.brokers()
                .ofCoordinator(
                        Ask.change(
                                "abort what is open under " + transactionalId,
                                stub -> stub.terminateTransaction(request)),
                        TerminateTransactionResponse::getStatus,
                        TerminateTransactionResponse::getCoordinator,
                        TransactionCalls::said);
        if (curia.structured()) curia.print(curia.data(Json.object().put("transactionalId", transactionalId)));
        else curia.print("What was open under " + transactionalId + " is aborted, and its producer fenced.\n");
    }

    private void abort(TransactionCalls calls, String name, int number, long offset) {
        InPartition open = calls.producers(name, List.of(number)).stream()
                .filter(each -> each.producer().getTransactionStart() == offset)
                .findFirst()
                .orElseThrow(() -> new ClusterException(
                        ClusterException.Kind.REFUSED,
                        "no transaction is open in " + name + "-" + number + " from offset " + offset
                                + " on. 'curia transactions describe-producers " + name + "' shows those that are."));
        AbortInPartitionRequest request = AbortInPartitionRequest.newBuilder()
                .setPartition(open.partition())
                .setProducerId(open.producer().getProducerId())
                .setProducerEpoch(open.producer().getProducerEpoch())
                .setCoordinatorEpoch(Math.max(0, open.producer().getCoordinatorEpoch()))
                .build();
        String what = "abort the transaction in " + open.name() + " from offset " + offset + " on";
        TransactionCalls.check(
                what,
                calls.brokers()
                        .of(open.leader(), Ask.change(what, stub -> stub.abortInPartition(request)))
                        .getStatus());
        if (curia.structured()) curia.print(curia.data(open.toJson()));
        else
            curia.print("The transaction of producer " + open.producer().getProducerId() + " in " + open.name()
                    + " from offset " + offset + " on is aborted.\n");
    }
}
