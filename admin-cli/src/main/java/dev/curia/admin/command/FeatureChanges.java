package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.ClusterException;
import dev.curia.common.text.Json;
import dev.curia.proto.admin.v1.FeatureUpdate;
import dev.curia.proto.admin.v1.FeatureUpdate.Direction;
import dev.curia.proto.admin.v1.UpdateFeaturesRequest;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import java.util.Map;
import java.util.stream.Collectors;

/** What the commands that change levels of features have in common. */
final class FeatureChanges {
    private FeatureChanges() {}

    /** All of them, or none. */
    static int apply(
            CuriaCommand curia,
            AdminClient admin,
            Direction direction,
            Map<String, Integer> levels,
            boolean validateOnly) {
        UpdateFeaturesRequest.Builder request =
                UpdateFeaturesRequest.newBuilder().setValidateOnly(validateOnly);
        levels.forEach((name, level) -> request.addUpdates(
                FeatureUpdate.newBuilder().setFeature(name).setLevel(level).setDirection(direction)));
        String all = levels.entrySet().stream()
                .map(each -> each.getKey() + " at level " + each.getValue())
                .collect(Collectors.joining(", "));
        Status status = admin.change("finalize " + all, stub -> stub.updateFeatures(request.build()))
                .response()
                .getStatus();
        if (status.getCode() != ErrorCode.NONE) {
            throw new ClusterException(
                    ClusterException.Kind.REFUSED,
                    "cannot finalize " + all + ": " + status.getMessage() + " (" + status.getCode() + ")");
        }
        if (curia.structured()) {
            curia.print(curia.data(levels.entrySet().stream()
                    .map(each -> Json.object()
                            .put("feature", each.getKey())
                            .put("level", each.getValue())
                            .put("finalized", !validateOnly))
                    .toList()));
        } else {
            curia.print((validateOnly ? "Could finalize " : "Finalized ") + all + ".\n");
        }
        return ExitCode.OK;
    }
}
