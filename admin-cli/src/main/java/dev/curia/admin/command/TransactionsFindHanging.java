package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.admin.command.TransactionCalls.InPartition;
import dev.curia.admin.command.TransactionCalls.Listed;
import dev.curia.proto.admin.v1.TopicSummary;
import dev.curia.proto.broker.v1.DescribeTransactionResponse;
import dev.curia.proto.broker.v1.ListTransactionsRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code curia transactions find-hanging}. */
@Command(
        name = "find-hanging",
        description = {
            "Find transactions that are open in a partition although no coordinator knows of them any more: readers of committed records"
                    + " wait there for ever.",
            "The exit code is 5 when there are any; 'curia transactions abort' ends them."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {"  curia transactions find-hanging", "  curia transactions find-hanging --topic orders --open-for 1h"
        })
final class TransactionsFindHanging extends ViewCommand {
    @Option(
            names = "--topic",
            paramLabel = "TOPIC",
            description = "Only in this topic; without it in all, Curia's own too.")
    private @Nullable String topic;

    @Option(
            names = {"-p", "--partition"},
            paramLabel = "P",
            description = "With --topic: only in this partition; may be repeated.")
    private List<Integer> partitions = List.of();

    @Option(
            names = "--open-for",
            defaultValue = "15m",
            paramLabel = "DURATION",
            description =
                    "Look at those without a write for longer; no less than the longest timeout of a transaction (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String openFor;

    TransactionsFindHanging(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        if (topic == null && !partitions.isEmpty()) throw curia.usage("Expected --topic with --partition.");
        long before = curia.clock().wallMillis()
                - Times.duration(curia, "--open-for", openFor).toMillis();
        TransactionCalls calls = new TransactionCalls(curia, admin, channels);
        List<String> topics = topic != null
                ? List.of(topic)
                : TopicsList.list(admin, true).stream()
                        .map(TopicSummary::getName)
                        .toList();
        List<InPartition> old = new ArrayList<>();
        for (String name : topics) {
            calls.producers(name, partitions).stream()
                    .filter(each -> each.isOpen() && each.producer().getLastTimestampMs() < before)
                    .forEach(old::add);
        }
        List<InPartition> hanging = old.isEmpty() ? List.of() : hanging(calls, old);
        if (curia.structured()) {
            curia.print(curia.data(hanging.stream().map(InPartition::toJson).toList()));
        } else if (hanging.isEmpty()) {
            curia.print("No transaction hangs.\n");
        } else {
            InPartition first = hanging.get(0);
            curia.print(TransactionsProducers.table(hanging) + "\nEnd one with, for example: curia transactions abort "
                    + first.partition().getTopic() + " -p " + first.partition().getPartition() + " --start-offset "
                    + first.producer().getTransactionStart() + "\n");
        }
        return hanging.isEmpty() ? ExitCode.OK : ExitCode.NO;
    }

    /** Those of which no coordinator says that they are open there. */
    private static List<InPartition> hanging(TransactionCalls calls, List<InPartition> old) {
        Set<Long> ids = old.stream()
                .map(each -> each.producer().getProducerId())
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> known = new TreeSet<>(); // producer id, partition
        for (Listed listed : calls.list(
                ListTransactionsRequest.newBuilder().addAllProducerIds(ids).build())) {
            DescribeTransactionResponse found =
                    calls.describe(listed.transaction().getTransactionalId());
            found.getPartitionsList()
                    .forEach(partition -> known.add(found.getTransaction().getProducerId() + " " + partition.getTopic()
                            + "-" + partition.getPartition()));
        }
        return old.stream()
                .filter(each -> !known.contains(each.producer().getProducerId() + " " + each.name()))
                .toList();
    }
}
