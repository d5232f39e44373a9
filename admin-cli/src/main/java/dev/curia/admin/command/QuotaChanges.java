package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.common.text.Json;
import dev.curia.proto.admin.v1.AlterClientQuotasRequest;
import dev.curia.proto.admin.v1.ClientQuotaAlteration;
import dev.curia.proto.admin.v1.ClientQuotaChange;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.QuotaEntity;
import dev.curia.proto.common.v1.Status;
import java.util.List;

/** What the commands that change quotas have in common. */
final class QuotaChanges {
    private QuotaChanges() {}

    /** @param done for people, behind whose quotas it was */
    static int apply(
            CuriaCommand curia,
            AdminClient admin,
            QuotaEntity entity,
            List<ClientQuotaChange> changes,
            boolean validateOnly,
            String done) {
        AlterClientQuotasRequest request = AlterClientQuotasRequest.newBuilder()
                .setValidateOnly(validateOnly)
                .addAlterations(
                        ClientQuotaAlteration.newBuilder().setEntity(entity).addAllChanges(changes))
                .build();
        String what = "change the quotas of " + QuotaOptions.describe(entity);
        Status status = admin.change(what, stub -> stub.alterClientQuotas(request))
                .response()
                .getResults(0)
                .getStatus();
        boolean failed = status.getCode() != ErrorCode.NONE;
        if (failed)
            curia.terminal()
                    .err()
                    .println("curia: cannot " + what + ": " + status.getMessage() + " (" + status.getCode() + ")");
        if (curia.structured()) {
            Json.Obj json = QuotaOptions.toJson(entity);
            curia.print(curia.data(
                    failed
                            ? json.put("error", status.getCode()).put("message", status.getMessage())
                            : json.put("altered", !validateOnly)));
        } else if (!failed) {
            String title = QuotaOptions.describe(entity);
            curia.print(Character.toUpperCase(title.charAt(0)) + title.substring(1) + ": " + done + ".\n");
        }
        return failed ? ExitCode.REFUSED : ExitCode.OK;
    }
}
