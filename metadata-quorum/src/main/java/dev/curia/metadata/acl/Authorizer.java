package dev.curia.metadata.acl;

import dev.curia.common.security.Acl;
import dev.curia.common.security.Operation;
import dev.curia.common.security.PatternType;
import dev.curia.common.security.Permission;
import dev.curia.common.security.Principal;
import dev.curia.common.security.ResourceType;
import java.util.List;
import java.util.Set;

/**
 * Decides who may do what, as Kafka's StandardAuthorizer: super users everything; others what an entry allows and none denies. Pure.
 *
 * @param allowUnlessAnyAcl resources that no entry is about are open to everyone ({@code allow.everyone.if.no.acl.found})
 */
public record Authorizer(Set<Principal> superUsers, boolean allowUnlessAnyAcl) {
    public Authorizer {
        superUsers = Set.copyOf(superUsers);
    }

    public boolean permits(Acls acls, Caller caller, Operation operation, ResourceType type, String resource) {
        if (superUsers.contains(caller.principal())) return true;
        boolean allowed = false;
        for (Acl acl : acls.about(type, resource, caller.principal())) {
            if (!acl.isFrom(caller.host())) continue;
            if (acl.permission() == Permission.ALLOW) allowed |= acl.operation().grants(operation);
            else if (acl.operation().covers(operation)) return false;
        }
        return allowed || (allowUnlessAnyAcl && !acls.anyAbout(type, resource));
    }

    /** Whether there may be a resource of this type on which the caller may do that: one that is allowed and not all denied (KIP-679). */
    public boolean permitsSomewhere(Acls acls, Caller caller, Operation operation, ResourceType type) {
        if (superUsers.contains(caller.principal())) return true;
        List<Acl> his = acls.ofType(type, caller.principal()).stream()
                .filter(acl -> acl.isFrom(caller.host()))
                .toList();
        List<Acl> denials = his.stream()
                .filter(acl ->
                        acl.permission() == Permission.DENY && acl.operation().covers(operation))
                .toList();
        if (denials.stream().anyMatch(Authorizer::isAboutAll)) return false;
        return (allowUnlessAnyAcl && !acls.anyAbout(type, Acl.WILDCARD))
                || his.stream()
                        .filter(acl -> acl.permission() == Permission.ALLOW
                                && acl.operation().grants(operation))
                        .anyMatch(allowance -> denials.stream().noneMatch(denial -> takesAll(denial, allowance)));
    }

    private static boolean isAboutAll(Acl acl) {
        return acl.pattern() == PatternType.LITERAL && acl.resource().equals(Acl.WILDCARD);
    }

    /** Whether nothing is left of what the other allows. */
    private static boolean takesAll(Acl denial, Acl allowance) {
        if (isAboutAll(allowance)) return false;
        return denial.pattern() == PatternType.PREFIXED
                ? allowance.resource().startsWith(denial.resource())
                : allowance.pattern() == PatternType.LITERAL
                        && allowance.resource().equals(denial.resource());
    }
}
