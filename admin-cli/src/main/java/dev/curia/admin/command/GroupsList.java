package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.admin.client.GroupClient;
import dev.curia.common.text.Json;
import dev.curia.common.text.Table;
import dev.curia.proto.group.v1.ListedGroup;
import java.util.Comparator;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code curia groups list}. */
@Command(
        name = "list",
        description = "List the groups that live brokers coordinate.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {"  curia groups list", "  curia groups list --state empty,dead", "  curia groups list --json"})
final class GroupsList extends ViewCommand {
    @Option(
            names = "--state",
            split = ",",
            paramLabel = "STATE[,...]",
            description = "Only groups in one of these states, such as stable or empty.")
    private List<String> states = List.of();

    GroupsList(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        List<GroupClient.Listed> groups = new GroupClient(admin, channels, curia.timeout(), curia.clock())
                .list().stream()
                        .filter(listed -> states.isEmpty()
                                || states.stream().anyMatch(listed.group().getState()::equalsIgnoreCase))
                        .sorted(Comparator.comparing(listed -> listed.group().getGroup()))
                        .toList();
        if (curia.structured()) {
            curia.print(curia.data(groups.stream().map(GroupsList::toJson).toList()));
        } else if (groups.isEmpty()) {
            curia.print("There are no groups" + (states.isEmpty() ? "" : " in such a state") + ".\n");
        } else {
            Table table = new Table("GROUP", "STATE", "TYPE", "PROTOCOL", "COORDINATOR");
            for (GroupClient.Listed listed : groups) {
                ListedGroup group = listed.group();
                table.row(
                        group.getGroup(),
                        group.getState(),
                        group.getType(),
                        group.getProtocolType().isEmpty() ? "-" : group.getProtocolType(),
                        listed.coordinator());
            }
            curia.print(table.render());
        }
        return ExitCode.OK;
    }

    private static Json.Obj toJson(GroupClient.Listed listed) {
        return toJson(listed.group()).put("coordinator", listed.coordinator());
    }

    static Json.Obj toJson(ListedGroup group) {
        return Json.object()
                .put("group", group.getGroup())
                .put("state", group.getState())
                .put("type", group.getType())
                .put("protocolType", group.getProtocolType());
    }
}
