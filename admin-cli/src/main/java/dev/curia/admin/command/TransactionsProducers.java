package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.admin.command.TransactionCalls.InPartition;
import dev.curia.common.text.Table;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code curia transactions describe-producers}. */
@Command(
        name = "describe-producers",
        description = "Show which producers a topic's partitions remember, and where what they have open begins.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {"  curia transactions describe-producers orders -p 0"})
final class TransactionsProducers extends ViewCommand {
    @Parameters(paramLabel = "TOPIC", description = "Name of a topic.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String topic;

    @Option(
            names = {"-p", "--partition"},
            paramLabel = "P",
            description = "Only this partition; may be repeated.")
    private List<Integer> partitions = List.of();

    TransactionsProducers(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        List<InPartition> all = new TransactionCalls(curia, admin, channels).producers(topic, partitions);
        if (curia.structured())
            curia.print(curia.data(all.stream().map(InPartition::toJson).toList()));
        else if (all.isEmpty()) curia.print("No producer with an id has written there of late.\n");
        else curia.print(table(all));
        return ExitCode.OK;
    }

    static String table(List<InPartition> all) {
        Table table =
                new Table("TOPIC", "PARTITION", "PRODUCER", "EPOCH", "SEQUENCE", "LAST WRITE", "OPEN FROM OFFSET");
        for (InPartition each : all) {
            table.row(
                    each.partition().getTopic(),
                    each.partition().getPartition(),
                    each.producer().getProducerId(),
                    each.producer().getProducerEpoch(),
                    each.producer().getLastSequence(),
                    Instant.ofEpochMilli(each.producer().getLastTimestampMs()),
                    each.isOpen() ? each.producer().getTransactionStart() : "-");
        }
        return table.render();
    }
}
