package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.admin.client.ClusterException;
import dev.curia.admin.client.GroupClient;
import dev.curia.common.text.Json;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code curia groups delete}. */
@Command(
        name = "delete",
        description = "Delete groups that nobody is in, with their offsets. There is no way back.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = "  curia groups delete billing audit")
final class GroupsDelete extends AdminCommand {
    @Parameters(arity = "1..*", paramLabel = "GROUP", description = "Their ids.")
    private List<String> names = List.of();

    GroupsDelete(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        GroupClient groups = new GroupClient(admin, channels, curia.timeout(), curia.clock());
        List<Object> results = new ArrayList<>();
        boolean failed = false;
        for (String name : names) {
            try {
                groups.delete(name);
                if (!curia.structured()) curia.print("Deleted group " + name + ".\n");
                results.add(Json.object().put("group", name).put("deleted", true));
            } catch (ClusterException e) {
                if (e.kind() != ClusterException.Kind.REFUSED) throw e;
                failed = true;
                curia.terminal().err().println("curia: " + e.getMessage());
                results.add(
                        Json.object().put("group", name).put("deleted", false).put("message", e.getMessage()));
            }
        }
        if (curia.structured()) curia.print(curia.data(results));
        return failed ? ExitCode.REFUSED : ExitCode.OK;
    }
}
