package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.common.security.Acl;
import dev.curia.common.security.Operation;
import dev.curia.common.text.Json;
import dev.curia.proto.admin.v1.CreateAclsRequest;
import dev.curia.proto.common.v1.AclEntry;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code curia acls add}. */
@Command(
        name = "add",
        description = "Add ACLs: each principal may, or may not, do each operation on each resource."
                + " Takes effect on all brokers at once.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  curia acls add --allow-principal User:alice --consumer --topic orders --group billing",
            "  curia acls add --allow-principal User:bob --operation Write --topic pay- --resource-pattern-type prefixed",
            "  curia acls add --deny-principal User:eve --operation All --topic '*' --dry-run"
        })
final class AclsAdd extends AdminCommand {
    @Mixin
    private AclResources resources = new AclResources();

    @Mixin
    private AclGrant grant = new AclGrant();

    @Option(names = "--dry-run", description = "Only show the ACLs that would be added.")
    private boolean dryRun;

    AclsAdd(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        check();
        List<AclEntry> acls = AclViews.sorted(entries());
        if (dryRun) {
            if (curia.structured())
                curia.print(curia.data(acls.stream().map(AclViews::json).toList()));
            else curia.print("Would add:\n" + AclViews.table(acls));
            return ExitCode.OK;
        }
        CreateAclsRequest request =
                CreateAclsRequest.newBuilder().addAllAcls(acls).build();
        List<Status> statuses = admin.change("add ACLs", stub -> stub.createAcls(request))
                .response()
                .getStatusesList();
        List<AclEntry> added = new ArrayList<>();
        List<Object> results = new ArrayList<>();
        for (int i = 0; i < acls.size(); i++) {
            Status status = statuses.get(i);
            Json.Obj json = AclViews.json(acls.get(i));
            if (status.getCode() == ErrorCode.NONE) {
                added.add(acls.get(i));
                results.add(json.put("added", true));
            } else {
                curia.terminal()
                        .err()
                        .println("curia: cannot add " + AclViews.text(acls.get(i)) + ": " + status.getMessage() + " ("
                                + status.getCode() + ")");
                results.add(json.put("error", status.getCode()).put("message", status.getMessage()));
            }
        }
        if (curia.structured()) curia.print(curia.data(results));
        else if (!added.isEmpty()) curia.print("Added:\n" + AclViews.table(added));
        return added.size() == acls.size() ? ExitCode.OK : ExitCode.REFUSED;
    }

    private void check() {
        if (resources.all().isEmpty())
            throw curia.usage("No resource: expected --topic, --group, --cluster or --transactional-id.");
        if (grant.parties().isEmpty()) throw curia.usage("Nobody: expected --allow-principal or --deny-principal.");
        AclResources.Pattern pattern = resources.pattern();
        if (pattern == AclResources.Pattern.ANY || pattern == AclResources.Pattern.MATCH)
            throw curia.usage("ACLs are added for literal or prefixed patterns, not for '" + pattern + "'.");
        String complaint = grant.complaint(resources);
        if (!complaint.isEmpty()) throw curia.usage(complaint);
    }

    private Set<AclEntry> entries() {
        Set<AclEntry> entries = new LinkedHashSet<>();
        for (AclResources.Resource resource : resources.all()) {
            if (grant.skips(resource)) continue;
            List<Operation> said = grant.operationsOn(resource);
            List<Operation> operations = said.isEmpty() ? List.of(Operation.ALL) : said;
            for (AclGrant.Party party : grant.parties()) {
                List<String> hosts = party.hosts().isEmpty() ? List.of(Acl.WILDCARD) : party.hosts();
                for (Operation operation : operations) {
                    for (String host : hosts) {
                        entries.add(AclEntry.newBuilder()
                                .setResourceType(resource.type().code())
                                .setResourceName(resource.name())
                                .setPatternType(resources.pattern().code())
                                .setPrincipal(party.principal().toString())
                                .setHost(host)
                                .setOperation(operation.code())
                                .setPermission(party.permission().code())
                                .build());
                    }
                }
            }
        }
        return entries;
    }
}
