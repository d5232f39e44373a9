package dev.curia.metadata.acl;

import dev.curia.common.security.Operation;
import dev.curia.common.security.ResourceType;

/** What whoever sent one request may do. Used by one thread at a time; answers from one state of the entries. */
public interface Access {
    /** Where nobody is refused anything. */
    Access ALL = new Access() {
        @Override
        public boolean may(Operation operation, ResourceType type, String resource) {
            return true;
        }

        @Override
        public boolean sees(Operation operation, ResourceType type, String resource) {
            return true;
        }

        @Override
        public boolean maySomewhere(Operation operation, ResourceType type) {
            return true;
        }

        @Override
        public Access renewed() {
            return this;
        }
    };

    /** What was asked for may be done; if not, that is told as a denial. */
    boolean may(Operation operation, ResourceType type, String resource);

    /** The same of what was not asked for by name, so that it is left out rather than denied. */
    boolean sees(Operation operation, ResourceType type, String resource);

    /** Of some resource of this type, whichever. Not told as a denial. */
    boolean maySomewhere(Operation operation, ResourceType type);

    /** The same caller's, from the entries as they are now. Any thread may ask. */
    Access renewed();

    /** {@link #may} of the cluster. */
    default boolean may(Operation operation) {
        return may(operation, ResourceType.CLUSTER, ResourceType.THE_CLUSTER);
    }

    /** What may be done to a resource, as the bits that answers carry: one for each operation, by its number (KIP-430). */
    default int operations(ResourceType type, String resource) {
        int bits = 0;
        for (Operation operation : type.operations()) {
            if (sees(operation, type, resource)) bits |= 1 << operation.code();
        }
        return bits;
    }
}
