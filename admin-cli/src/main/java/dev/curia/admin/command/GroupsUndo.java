package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.admin.client.GroupClient;
import dev.curia.proto.group.v1.ResetOffsetsResponse;
import dev.curia.proto.group.v1.UndoResetRequest;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code curia groups undo}. */
@Command(
        name = "undo",
        description =
                "Take the last reset of a group's offsets back: they become what they were before it, however far it has read since.",
        sortOptions = false,
        footerHeading = "%n",
        footer = {
            "Only what the reset changed is changed. The last ten resets of a group are kept ('curia groups describe' lists them), and each undo",
            "takes back the one before. Nobody may be in the group.",
            "",
            "Examples:",
            "  curia groups undo billing --dry-run",
            "  curia groups undo billing"
        })
final class GroupsUndo extends AdminCommand {
    @Parameters(index = "0", paramLabel = "GROUP", description = "Its id.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String group;

    @Option(names = "--dry-run", description = "Only show what would change.")
    private boolean dryRun;

    GroupsUndo(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        GroupClient groups = new GroupClient(admin, channels, curia.timeout(), curia.clock());
        UndoResetRequest.Builder request =
                UndoResetRequest.newBuilder().setGroup(group).setNumber(-1).setValidateOnly(true);
        ResetOffsetsResponse response = groups.undo(request.build());
        if (!dryRun) {
            // By its number, so that a second attempt does not take back another.
            response = groups.undo(request.setNumber(response.getNumber())
                    .setValidateOnly(false)
                    .build());
        }
        if (curia.structured()) {
            curia.print(curia.data(OffsetChanges.toJson(group, response, dryRun)));
            return ExitCode.OK;
        }
        String which = "reset " + response.getNumber() + " of " + Instant.ofEpochMilli(response.getAtMs()) + " ("
                + response.getHow() + ")";
        curia.print((dryRun ? "Would take back " : "Took back ") + which + ":\n" + OffsetChanges.table(response));
        return ExitCode.OK;
    }
}
