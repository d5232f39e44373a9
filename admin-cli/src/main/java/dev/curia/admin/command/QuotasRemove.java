package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.proto.admin.v1.ClientQuotaChange;
import dev.curia.proto.admin.v1.DescribeClientQuotasRequest;
import dev.curia.proto.common.v1.QuotaEntity;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code curia quotas remove}. */
@Command(
        name = "remove",
        description = "Remove client quotas: those that are named, or all of the user, client or address. What is more"
                + " general holds then.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  curia quotas remove --user alice producer_byte_rate",
            "  curia quotas remove --user alice --client-id-default"
        })
final class QuotasRemove extends AdminCommand {
    @Mixin
    private QuotaOptions of = new QuotaOptions();

    @Parameters(arity = "0..*", paramLabel = "QUOTA", description = "Quotas; none: all that are set.")
    private List<String> keys = List.of();

    @Option(names = "--validate-only", description = "Only check whether it could be done.")
    private boolean validateOnly;

    QuotasRemove(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        QuotaEntity entity = of.required(curia);
        List<String> removed = keys.isEmpty() ? all(admin, entity) : keys;
        List<ClientQuotaChange> changes = removed.stream()
                .map(key -> ClientQuotaChange.newBuilder().setKey(key).build())
                .toList();
        String done = removed.isEmpty()
                ? "nothing to be removed"
                : (validateOnly ? "could remove " : "removed ") + String.join(", ", removed);
        return QuotaChanges.apply(curia, admin, entity, changes, validateOnly, done);
    }

    private static List<String> all(AdminClient admin, QuotaEntity entity) {
        DescribeClientQuotasRequest request =
                DescribeClientQuotasRequest.newBuilder().setEntity(entity).build();
        return admin.read("list client quotas", stub -> stub.describeClientQuotas(request)).getQuotasList().stream()
                .filter(quota -> quota.getEntity().equals(entity))
                .flatMap(quota -> quota.getLimitsMap().keySet().stream().sorted())
                .toList();
    }
}
