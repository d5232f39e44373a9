package dev.curia.metadata.acl;

import dev.curia.common.security.Acl;
import dev.curia.common.security.Principal;
import dev.curia.common.security.ResourceType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.HashTreePSet;
import org.pcollections.PMap;
import org.pcollections.PSet;

/**
 * All entries of the cluster's access control. Immutable and structurally shared.
 *
 * <p>Entries are found by whom they are about and by the resource: a check looks at those that are about its resource and its principal, however
 * many others there are, and takes time in proportion to the length of the resource's name.
 */
public final class Acls {
    public static final Acls NONE = new Acls(HashTreePSet.empty(), HashTreePMap.empty());

    /** @param principal null: whoever it is about */
    private record Holder(ResourceType type, @Nullable Principal principal) {}

    private final PSet<Acl> all;
    private final PMap<Holder, Patterns> holders; // follows from all

    private Acls(PSet<Acl> all, PMap<Holder, Patterns> holders) {
        this.all = all;
        this.holders = holders;
    }

    public Acls plus(Acl acl) {
        if (all.contains(acl)) return this;
        PMap<Holder, Patterns> more = holders;
        for (Holder holder : holders(acl)) {
            more = more.plus(holder, more.getOrDefault(holder, Patterns.NONE).plus(acl));
        }
        return new Acls(all.plus(acl), more);
    }

    public Acls minus(Acl acl) {
        if (!all.contains(acl)) return this;
        PMap<Holder, Patterns> fewer = holders;
        for (Holder holder : holders(acl)) {
            Patterns left = fewer.getOrDefault(holder, Patterns.NONE).minus(acl);
            fewer = left.isEmpty() ? fewer.minus(holder) : fewer.plus(holder, left);
        }
        return new Acls(all.minus(acl), fewer);
    }

    private static List<Holder> holders(Acl acl) {
        return List.of(new Holder(acl.type(), acl.principal()), new Holder(acl.type(), null));
    }

    public boolean contains(Acl acl) {
        return all.contains(acl);
    }

    public int size() {
        return all.size();
    }

    public Set<Acl> all() {
        return all;
    }

    /** Those about this resource and about this principal or everyone; from any host, for any operation. */
    List<Acl> about(ResourceType type, String resource, Principal principal) {
        List<Acl> found = new ArrayList<>();
        of(type, principal).about(resource, found::addAll);
        if (!principal.equals(Acl.EVERYONE)) of(type, Acl.EVERYONE).about(resource, found::addAll);
        return found;
    }

    /** Whether there is any about this resource. */
    boolean anyAbout(ResourceType type, String resource) {
        boolean[] any = {false};
        of(type, null).about(resource, some -> any[0] = true);
        return any[0];
    }

    /** Those about any resource of the type and about this principal or everyone. */
    List<Acl> ofType(ResourceType type, Principal principal) {
        List<Acl> found = new ArrayList<>();
        of(type, principal).forEach(found::addAll);
        if (!principal.equals(Acl.EVERYONE)) of(type, Acl.EVERYONE).forEach(found::addAll);
        return found;
    }

    private Patterns of(ResourceType type, @Nullable Principal principal) {
        return holders.getOrDefault(new Holder(type, principal), Patterns.NONE);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Acls that && all.equals(that.all);
    }

    @Override
    public int hashCode() {
        return all.hashCode();
    }

    @Override
    public String toString() {
        return all.toString();
    }
}
