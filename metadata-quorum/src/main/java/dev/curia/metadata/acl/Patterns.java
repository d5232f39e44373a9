package dev.curia.metadata.acl;

import dev.curia.common.security.Acl;
import dev.curia.common.security.PatternType;
import java.util.Map;
import java.util.function.Consumer;
import org.pcollections.HashTreePMap;
import org.pcollections.HashTreePSet;
import org.pcollections.PMap;
import org.pcollections.PSet;
import org.pcollections.TreePMap;

/**
 * Entries by the names of their resources. Immutable, structurally shared. Of the prefixes of a name the longest is found first, and each look-up
 * leads to the next shorter one that may be there: never more look-ups than the name has characters.
 */
record Patterns(PMap<String, PSet<Acl>> literal, TreePMap<String, PSet<Acl>> prefixed) {
    static final Patterns NONE = new Patterns(HashTreePMap.empty(), TreePMap.empty());

    Patterns plus(Acl acl) {
        PSet<Acl> more = entries(acl).plus(acl);
        return acl.pattern() == PatternType.LITERAL
                ? new Patterns(literal.plus(acl.resource(), more), prefixed)
                : new Patterns(literal, prefixed.plus(acl.resource(), more));
    }

    Patterns minus(Acl acl) {
        PSet<Acl> left = entries(acl).minus(acl);
        String name = acl.resource();
        return acl.pattern() == PatternType.LITERAL
                ? new Patterns(left.isEmpty() ? literal.minus(name) : literal.plus(name, left), prefixed)
                : new Patterns(literal, left.isEmpty() ? prefixed.minus(name) : prefixed.plus(name, left));
    }

    private PSet<Acl> entries(Acl acl) {
        return (acl.pattern() == PatternType.LITERAL ? literal : prefixed)
                .getOrDefault(acl.resource(), HashTreePSet.empty());
    }

    boolean isEmpty() {
        return literal.isEmpty() && prefixed.isEmpty();
    }

    void forEach(Consumer<PSet<Acl>> visitor) {
        literal.values().forEach(visitor);
        prefixed.values().forEach(visitor);
    }

    /** The entries of each pattern that the resource is in. */
    void about(String resource, Consumer<PSet<Acl>> visitor) {
        PSet<Acl> exact = literal.get(resource);
        if (exact != null) visitor.accept(exact);
        PSet<Acl> wildcard = resource.equals(Acl.WILDCARD) ? null : literal.get(Acl.WILDCARD);
        if (wildcard != null) visitor.accept(wildcard);
        // What sorts before a name and is a prefix of it is at most as long as what the name shares with its neighbour
        // there.
        int length = prefixed.isEmpty() ? 0 : resource.length();
        while (length > 0) {
            Map.Entry<String, PSet<Acl>> neighbour = prefixed.floorEntry(resource.substring(0, length));
            if (neighbour == null) return;
            length = shared(neighbour.getKey(), resource);
            if (length == neighbour.getKey().length()) {
                visitor.accept(neighbour.getValue());
                length--;
            }
        }
    }

    private static int shared(String a, String b) {
        int most = Math.min(a.length(), b.length());
        int length = 0;
        while (length < most && a.charAt(length) == b.charAt(length)) length++;
        return length;
    }
}
