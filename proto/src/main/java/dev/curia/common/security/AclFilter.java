package dev.curia.common.security;

import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which entries somebody asks for: those that agree in all that is given. Immutable.
 *
 * @param name matches as {@code patterns} says
 */
public record AclFilter(
        Optional<ResourceType> type,
        Optional<String> name,
        Patterns patterns,
        Optional<Principal> principal,
        Optional<String> host,
        Optional<Operation> operation,
        Optional<Permission> permission)
        implements Predicate<Acl> {
    /** Of which patterns the name is. */
    public enum Patterns {
        /** Of any type that has exactly this name. */
        ANY,
        /** All that a resource of this name is in. */
        MATCH,
        LITERAL,
        PREFIXED
    }

    @Override
    public boolean test(Acl acl) {
        return type.filter(wanted -> wanted != acl.type()).isEmpty()
                && hasName(acl)
                && principal.filter(wanted -> !wanted.equals(acl.principal())).isEmpty()
                && host.filter(wanted -> !wanted.equals(acl.host())).isEmpty()
                && operation.filter(wanted -> wanted != acl.operation()).isEmpty()
                && permission.filter(wanted -> wanted != acl.permission()).isEmpty();
    }

    private boolean hasName(Acl acl) {
        boolean ofType = switch (patterns) {
            case ANY, MATCH -> true;
            case LITERAL -> acl.pattern() == PatternType.LITERAL;
            case PREFIXED -> acl.pattern() == PatternType.PREFIXED;
        };
        if (!ofType || name.isEmpty()) return ofType;
        return patterns == Patterns.MATCH
                ? acl.isAbout(name.get())
                : acl.resource().equals(name.get());
    }
}
