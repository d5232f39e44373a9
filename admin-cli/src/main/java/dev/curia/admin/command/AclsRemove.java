package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.common.security.Operation;
import dev.curia.proto.admin.v1.DeleteAclsRequest;
import dev.curia.proto.admin.v1.DeletedAcls;
import dev.curia.proto.common.v1.AclEntry;
import dev.curia.proto.common.v1.AclMatch;
import dev.curia.proto.common.v1.ErrorCode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code curia acls remove}. */
@Command(
        name = "remove",
        description = "Remove all ACLs that fit what is given. Takes effect on all brokers at once.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  curia acls remove --topic orders --dry-run",
            "  curia acls remove --allow-principal User:alice --operation Read --topic orders",
            "  curia acls remove --allow-principal User:bob"
        })
final class AclsRemove extends AdminCommand {
    @Mixin
    private AclResources resources = new AclResources();

    @Mixin
    private AclGrant grant = new AclGrant();

    @Option(names = "--dry-run", description = "Only show the ACLs that would be removed.")
    private boolean dryRun;

    AclsRemove(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        if (resources.all().isEmpty() && grant.parties().isEmpty()) {
            throw curia.usage("Nothing to remove: expected a resource (--topic, --group, --cluster, --transactional-id)"
                    + " or a principal (--allow-principal, --deny-principal).");
        }
        String complaint = grant.complaint(resources);
        if (!complaint.isEmpty()) throw curia.usage(complaint);
        List<AclMatch> matches = matches();
        if (dryRun) return show(AclViews.find(admin, matches), "Would remove:\n");
        DeleteAclsRequest request =
                DeleteAclsRequest.newBuilder().addAllMatches(matches).build();
        Set<AclEntry> removed = new LinkedHashSet<>();
        boolean failed = false;
        for (DeletedAcls result : admin.change("remove ACLs", stub -> stub.deleteAcls(request))
                .response()
                .getResultsList()) {
            removed.addAll(result.getAclsList());
            if (result.getStatus().getCode() == ErrorCode.NONE) continue;
            failed = true;
            curia.terminal()
                    .err()
                    .println("curia: cannot remove ACLs: "
                            + result.getStatus().getMessage() + " ("
                            + result.getStatus().getCode() + ")");
        }
        int shown = show(AclViews.sorted(removed), "Removed:\n");
        return failed ? ExitCode.REFUSED : shown;
    }

    private int show(List<AclEntry> acls, String title) {
        if (curia.structured())
            curia.print(curia.data(acls.stream().map(AclViews::json).toList()));
        else if (acls.isEmpty()) curia.print("There are no such ACLs.\n");
        else curia.print(title + AclViews.table(acls));
        return ExitCode.OK;
    }

    private List<AclMatch> matches() {
        List<AclMatch> matches = new ArrayList<>();
        if (resources.all().isEmpty()) add(AclViews.any().build(), grant.operations(), matches);
        for (AclResources.Resource resource : resources.all()) {
            if (grant.skips(resource)) continue;
            AclMatch match = AclViews.any()
                    .setResourceType(resource.type().code())
                    .setResourceName(resource.name())
                    .setPatternType(resources.pattern().code())
                    .build();
            add(match, grant.operationsOn(resource), matches);
        }
        return matches;
    }

    /** What is not said may be anything. */
    private void add(AclMatch match, List<Operation> operations, List<AclMatch> into) {
        List<AclMatch> ofParties = new ArrayList<>();
        if (grant.parties().isEmpty()) ofParties.add(match);
        for (AclGrant.Party party : grant.parties()) {
            AclMatch.Builder his = match.toBuilder()
                    .setPrincipal(party.principal().toString())
                    .setPermission(party.permission().code());
            if (party.hosts().isEmpty()) ofParties.add(his.build());
            party.hosts().forEach(host -> ofParties.add(his.setHost(host).build()));
        }
        for (AclMatch one : ofParties) {
            if (operations.isEmpty()) into.add(one);
            operations.forEach(operation ->
                    into.add(one.toBuilder().setOperation(operation.code()).build()));
        }
    }
}
