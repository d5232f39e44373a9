package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.proto.admin.v1.ClientQuotaChange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code curia quotas set}. */
@Command(
        name = "set",
        description = {
            "Set client quotas; others of the same user, client or address stay. They hold at once, on each broker by"
                    + " itself.",
            "",
            "Users and clients: producer_byte_rate and consumer_byte_rate (bytes a second), request_percentage (of one"
                    + " network thread), controller_mutation_rate (partitions created and deleted a second). Addresses:"
                    + " connection_creation_rate (a second)."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  curia quotas set --user alice producer_byte_rate=10485760 consumer_byte_rate=20971520",
            "  curia quotas set --client-id-default request_percentage=50",
            "  curia quotas set --user-default --client-id batch controller_mutation_rate=5",
            "  curia quotas set --ip 10.0.0.7 connection_creation_rate=20"
        })
final class QuotasSet extends AdminCommand {
    @Mixin
    private QuotaOptions of = new QuotaOptions();

    @Parameters(arity = "1..*", paramLabel = "QUOTA=LIMIT", description = "Quotas and their limits.")
    private Map<String, Double> limits = new LinkedHashMap<>();

    @Option(names = "--validate-only", description = "Only check whether it could be done.")
    private boolean validateOnly;

    QuotasSet(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        List<ClientQuotaChange> changes = new ArrayList<>();
        limits.forEach((key, value) -> changes.add(
                ClientQuotaChange.newBuilder().setKey(key).setValue(value).build()));
        return QuotaChanges.apply(
                curia,
                admin,
                of.required(curia),
                changes,
                validateOnly,
                (validateOnly ? "could set " : "set ") + String.join(", ", limits.keySet()));
    }
}
