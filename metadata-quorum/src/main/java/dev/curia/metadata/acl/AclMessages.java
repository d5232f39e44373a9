package dev.curia.metadata.acl;

import dev.curia.common.security.Acl;
import dev.curia.common.security.AclFilter;
import dev.curia.common.security.AclFilter.Patterns;
import dev.curia.common.security.Operation;
import dev.curia.common.security.PatternType;
import dev.curia.common.security.Permission;
import dev.curia.common.security.Principal;
import dev.curia.common.security.ResourceType;
import dev.curia.proto.common.v1.AclEntry;
import dev.curia.proto.common.v1.AclMatch;
import java.util.Optional;
import java.util.function.IntFunction;

/** Between entries and their messages, which have Kafka's numbers. Pure. */
public final class AclMessages {
    /** Stands for what is not given. */
    private static final int ANY = 1;

    /** Stands for the patterns that a name is in. */
    private static final int MATCH = 2;

    private AclMessages() {}

    /** @throws IllegalArgumentException says which part of the entry is none */
    public static Acl acl(AclEntry entry) {
        return new Acl(
                known("resource type", entry.getResourceType(), ResourceType::of),
                entry.getResourceName(),
                known("pattern type", entry.getPatternType(), PatternType::of),
                Principal.parse(entry.getPrincipal()),
                entry.getHost(),
                known("operation", entry.getOperation(), Operation::of),
                known("permission", entry.getPermission(), Permission::of));
    }

    public static AclEntry entry(Acl acl) {
        return AclEntry.newBuilder()
                .setResourceType(acl.type().code())
                .setResourceName(acl.resource())
                .setPatternType(acl.pattern().code())
                .setPrincipal(acl.principal().toString())
                .setHost(acl.host())
                .setOperation(acl.operation().code())
                .setPermission(acl.permission().code())
                .build();
    }

    /** @throws IllegalArgumentException says which part of it is none */
    public static AclFilter filter(AclMatch match) {
        return new AclFilter(
                given("resource type", match.getResourceType(), ResourceType::of),
                match.hasResourceName() ? Optional.of(match.getResourceName()) : Optional.empty(),
                patterns(match.getPatternType()),
                match.hasPrincipal() ? Optional.of(Principal.parse(match.getPrincipal())) : Optional.empty(),
                match.hasHost() ? Optional.of(match.getHost()) : Optional.empty(),
                given("operation", match.getOperation(), Operation::of),
                given("permission", match.getPermission(), Permission::of));
    }

    private static Patterns patterns(int code) {
        if (code == ANY) return Patterns.ANY;
        if (code == MATCH) return Patterns.MATCH;
        return known("pattern type", code, PatternType::of) == PatternType.LITERAL
                ? Patterns.LITERAL
                : Patterns.PREFIXED;
    }

    private static <T> Optional<T> given(String what, int code, IntFunction<Optional<T>> of) {
        return code == ANY ? Optional.empty() : Optional.of(known(what, code, of));
    }

    private static <T> T known(String what, int code, IntFunction<Optional<T>> of) {
        return of.apply(code)
                .orElseThrow(() -> new IllegalArgumentException(
                        what + " " + code + " is none that an ACL can have; expected one of Kafka's numbers"));
    }
}
