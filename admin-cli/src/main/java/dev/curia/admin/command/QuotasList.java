package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.common.text.Json;
import dev.curia.common.text.Table;
import dev.curia.proto.admin.v1.ClientQuotaDescription;
import dev.curia.proto.admin.v1.DescribeClientQuotasRequest;
import dev.curia.proto.common.v1.QuotaEntity;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code curia quotas list}. */
@Command(
        name = "list",
        description = {
            "List client quotas: all, or those that name who is given.",
            "",
            "Of several that fit a request the most specific holds, for each kind of quota by itself: what names the"
                    + " user before what does not, then what names the client id, and a name before a default."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {"  curia quotas list", "  curia quotas list --user alice --json", "  curia quotas list --ip-default"})
final class QuotasList extends ViewCommand {
    @Mixin
    private QuotaOptions of = new QuotaOptions();

    QuotasList(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        DescribeClientQuotasRequest request = DescribeClientQuotasRequest.newBuilder()
                .setEntity(of.given(curia))
                .build();
        List<ClientQuotaDescription> quotas =
                admin.read("list client quotas", stub -> stub.describeClientQuotas(request)).getQuotasList().stream()
                        .sorted(Comparator.comparing(quota -> QuotaOptions.describe(quota.getEntity())))
                        .toList();
        if (curia.structured()) {
            curia.print(curia.data(quotas.stream().map(QuotasList::toJson).toList()));
        } else if (quotas.isEmpty()) {
            curia.print("There are no such client quotas. 'curia quotas set' sets some.\n");
        } else {
            Table table = new Table("USER", "CLIENT ID", "ADDRESS", "QUOTA", "LIMIT");
            quotas.forEach(quota -> new TreeMap<>(quota.getLimitsMap())
                    .forEach((key, value) -> row(table, quota.getEntity(), key, value)));
            curia.print(table.render());
        }
        return ExitCode.OK;
    }

    private static void row(Table table, QuotaEntity entity, String key, double value) {
        table.row(
                entity.hasUser() ? QuotaOptions.shown(entity.getUser()) : "-",
                entity.hasClientId() ? QuotaOptions.shown(entity.getClientId()) : "-",
                entity.hasIp() ? QuotaOptions.shown(entity.getIp()) : "-",
                key,
                number(value));
    }

    private static Json.Obj toJson(ClientQuotaDescription quota) {
        return QuotaOptions.toJson(quota.getEntity()).put("limits", new TreeMap<>(quota.getLimitsMap()));
    }

    /** Without what a whole number does not need. */
    private static String number(double value) {
        return value == Math.rint(value) && value < 1e15 ? Long.toString((long) value) : Double.toString(value);
    }
}
