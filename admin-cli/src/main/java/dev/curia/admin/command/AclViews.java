package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.common.security.Operation;
import dev.curia.common.security.PatternType;
import dev.curia.common.security.Permission;
import dev.curia.common.security.ResourceType;
import dev.curia.common.text.Json;
import dev.curia.common.text.Table;
import dev.curia.proto.admin.v1.ListAclsRequest;
import dev.curia.proto.common.v1.AclEntry;
import dev.curia.proto.common.v1.AclMatch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Shows ACLs, and finds them. Stateless. */
final class AclViews {
    /** Kafka's number for what is not asked about. */
    static final int ANY = 1;

    private static final Comparator<AclEntry> ORDER = Comparator.comparingInt(AclEntry::getResourceType)
            .thenComparing(AclEntry::getResourceName)
            .thenComparingInt(AclEntry::getPatternType)
            .thenComparing(AclEntry::getPrincipal)
            .thenComparingInt(AclEntry::getPermission)
            .thenComparingInt(AclEntry::getOperation)
            .thenComparing(AclEntry::getHost);

    private AclViews() {}

    /** Every ACL. */
    static AclMatch.Builder any() {
        return AclMatch.newBuilder()
                .setResourceType(ANY)
                .setPatternType(ANY)
                .setOperation(ANY)
                .setPermission(ANY);
    }

    /** Those of these resources, or of all when none is named. */
    static List<AclMatch.Builder> of(AclResources resources) {
        if (resources.all().isEmpty()) return List.of(any());
        return resources.all().stream()
                .map(resource -> any().setResourceType(resource.type().code())
                        .setResourceName(resource.name())
                        .setPatternType(resources.pattern().code()))
                .toList();
    }

    /** What fits any of these, in order. */
    static List<AclEntry> find(AdminClient admin, List<AclMatch> matches) {
        Set<AclEntry> found = new LinkedHashSet<>();
        for (AclMatch match : matches) {
            ListAclsRequest request =
                    ListAclsRequest.newBuilder().setMatch(match).build();
            found.addAll(admin.read("list ACLs", stub -> stub.listAcls(request)).getAclsList());
        }
        return sorted(found);
    }

    static List<AclEntry> sorted(Set<AclEntry> acls) {
        List<AclEntry> sorted = new ArrayList<>(acls);
        sorted.sort(ORDER);
        return sorted;
    }

    static String table(List<AclEntry> acls) {
        Table table = new Table("RESOURCE", "NAME", "PATTERN", "PRINCIPAL", "HOST", "PERMISSION", "OPERATION");
        for (AclEntry acl : acls) {
            table.row(
                    resource(acl),
                    acl.getResourceName(),
                    pattern(acl),
                    acl.getPrincipal(),
                    acl.getHost(),
                    permission(acl),
                    operation(acl));
        }
        return table.render();
    }

    static Json.Obj json(AclEntry acl) {
        return Json.object()
                .put("resourceType", resource(acl))
                .put("resourceName", acl.getResourceName())
                .put("patternType", pattern(acl))
                .put("principal", acl.getPrincipal())
                .put("host", acl.getHost())
                .put("permission", permission(acl))
                .put("operation", operation(acl));
    }

    /** On one line. */
    static String text(AclEntry acl) {
        return acl.getPrincipal() + " from " + acl.getHost() + ": " + permission(acl) + " " + operation(acl) + " on "
                + pattern(acl) + " " + resource(acl) + " " + acl.getResourceName();
    }

    private static String resource(AclEntry acl) {
        return ResourceType.of(acl.getResourceType()).map(Enum::name).orElse("UNKNOWN");
    }

    private static String pattern(AclEntry acl) {
        return PatternType.of(acl.getPatternType()).map(Enum::name).orElse("UNKNOWN");
    }

    private static String permission(AclEntry acl) {
        return Permission.of(acl.getPermission()).map(Enum::name).orElse("UNKNOWN");
    }

    private static String operation(AclEntry acl) {
        return Operation.of(acl.getOperation()).map(Enum::name).orElse("UNKNOWN");
    }
}
