package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.ClusterException;
import dev.curia.admin.command.ConfigTarget.Target;
import dev.curia.proto.admin.v1.AlterConfigsRequest;
import dev.curia.proto.admin.v1.ConfigChange;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import java.util.List;

/** What commands that change settings share. */
final class ConfigChanges {
    private ConfigChanges() {}

    /** All of them, or none and a {@link ClusterException}. */
    static void make(
            CuriaCommand curia, AdminClient admin, Target target, List<ConfigChange> changes, boolean validateOnly) {
        AlterConfigsRequest request = AlterConfigsRequest.newBuilder()
                .setValidateOnly(validateOnly)
                .addAlterations(target.alteration().addAllChanges(changes))
                .build();
        String what = "change settings of " + target.title();
        Status status = admin.change(what, stub -> stub.alterConfigs(request))
                .response()
                .getResults(0)
                .getStatus();
        if (status.getCode() != ErrorCode.NONE) {
            String hint = status.getCode() == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
                    ? ConfigsDescribe.hint(target)
                    : " 'curia configs describe " + target.option() + " --all' shows what can be set.";
            throw new ClusterException(
                    ClusterException.Kind.REFUSED,
                    "cannot " + what + ": " + status.getMessage() + " (" + status.getCode() + ")" + hint);
        }
        if (curia.structured()) {
            curia.print(curia.data(ConfigsDescribe.toJson(target)
                    .put("keys", changes.stream().map(ConfigChange::getKey).toList())
                    .put("validateOnly", validateOnly)));
        }
    }
}
