package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.common.security.Principal;
import dev.curia.proto.common.v1.AclEntry;
import dev.curia.proto.common.v1.AclMatch;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code curia acls list}. */
@Command(
        name = "list",
        description = "List ACLs: all, or those of some resources and principals.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  curia acls list",
            "  curia acls list --topic orders --resource-pattern-type match",
            "  curia acls list --principal User:alice --json"
        })
final class AclsList extends ViewCommand {
    @Mixin
    private AclResources resources = new AclResources();

    @Option(
            names = "--principal",
            paramLabel = "TYPE:NAME",
            converter = AclResources.PrincipalConverter.class,
            description = "Only what is about this principal; may be repeated.")
    private List<Principal> principals = List.of();

    AclsList(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        List<AclMatch> matches = AclViews.of(resources).stream()
                .flatMap(match -> principals.isEmpty()
                        ? Stream.of(match.build())
                        : principals.stream()
                                .map(principal ->
                                        match.setPrincipal(principal.toString()).build()))
                .toList();
        List<AclEntry> acls = AclViews.find(admin, matches);
        if (curia.structured())
            curia.print(curia.data(acls.stream().map(AclViews::json).toList()));
        else if (acls.isEmpty()) curia.print("There are no such ACLs.\n");
        else curia.print(AclViews.table(acls));
        return ExitCode.OK;
    }
}
