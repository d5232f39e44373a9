package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.admin.command.TransactionCalls.Listed;
import dev.curia.common.text.Table;
import dev.curia.proto.broker.v1.ListTransactionsRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code curia transactions list}. */
@Command(
        name = "list",
        description =
                "List transactional ids: where each stands, who coordinates it, how long its transaction is open.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {"  curia transactions list", "  curia transactions list --state Ongoing --open-for 10m"})
final class TransactionsList extends ViewCommand {
    @Option(
            names = "--state",
            split = ",",
            paramLabel = "STATE[,...]",
            description =
                    "Only in one of these states: Empty, Ongoing, PrepareCommit, PrepareAbort, CompleteCommit, CompleteAbort.")
    private List<String> states = List.of();

    @Option(
            names = {"--producer-id", "--producer-id-filter"},
            split = ",",
            paramLabel = "ID[,...]",
            description = "Only of these producers.")
    private List<Long> producerIds = List.of();

    @Option(
            names = "--open-for",
            paramLabel = "DURATION",
            description = "Only those open for longer, such as 90s, 15m, 2h.")
    private @Nullable String openFor;

    TransactionsList(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        ListTransactionsRequest.Builder request =
                ListTransactionsRequest.newBuilder().addAllStates(states).addAllProducerIds(producerIds);
        if (openFor != null)
            request.setMinDurationMs(
                    Math.max(1, Times.duration(curia, "--open-for", openFor).toMillis()));
        List<Listed> all = new TransactionCalls(curia, admin, channels).list(request.build());
        if (curia.structured()) {
            curia.print(curia.data(all.stream().map(TransactionCalls::toJson).toList()));
        } else if (all.isEmpty()) {
            curia.print("There are no such transactions.\n");
        } else {
            Table table =
                    new Table("TRANSACTIONAL ID", "COORDINATOR", "PRODUCER", "EPOCH", "STATE", "OPEN FOR", "TIMEOUT");
            for (Listed listed : all) {
                table.row(
                        listed.transaction().getTransactionalId(),
                        listed.coordinator(),
                        listed.transaction().getProducerId(),
                        listed.transaction().getProducerEpoch(),
                        listed.transaction().getState(),
                        TransactionCalls.openFor(
                                listed.transaction(), curia.clock().wallMillis()),
                        listed.transaction().getTimeoutMs() + " ms");
            }
            curia.print(table.render());
        }
        return ExitCode.OK;
    }
}
