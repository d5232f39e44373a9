package dev.curia.metadata.acl;

import dev.curia.common.security.Operation;
import dev.curia.common.security.ResourceType;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Gives each request its {@link Access}. Thread-safe.
 *
 * <p>Where no authorizer is configured, every access is {@link Access#ALL}.
 */
public final class Authorization {
    /** Nobody is refused anything. */
    public static final Authorization OFF =
            new Authorization(Optional.empty(), () -> Acls.NONE, (caller, operation, type, resource, request) -> {});

    /** Hears of what was refused. Must not block. */
    public interface Denials {
        /** @param request what was asked for, for people */
        void denied(Caller caller, Operation operation, ResourceType type, String resource, String request);
    }

    private final Optional<Authorizer> authorizer;
    private final Supplier<Acls> acls;
    private final Denials denials;

    /**
     * @param authorizer empty: nobody is refused anything
     * @param acls as they are now
     */
    public Authorization(Optional<Authorizer> authorizer, Supplier<Acls> acls, Denials denials) {
        this.authorizer = authorizer;
        this.acls = acls;
        this.denials = denials;
    }

    public boolean isOn() {
        return authorizer.isPresent();
    }

    /** @param request what is asked for, for people */
    public Access of(Caller caller, String request) {
        return authorizer
                .<Access>map(its -> new Checked(its, acls.get(), caller, request))
                .orElse(Access.ALL);
    }

    private final class Checked implements Access {
        private final Authorizer its;
        private final Acls now;
        private final Caller caller;
        private final String request;

        Checked(Authorizer its, Acls now, Caller caller, String request) {
            this.its = its;
            this.now = now;
            this.caller = caller;
            this.request = request;
        }

        @Override
        public boolean may(Operation operation, ResourceType type, String resource) {
            boolean permitted = sees(operation, type, resource);
            if (!permitted) denials.denied(caller, operation, type, resource, request);
            return permitted;
        }

        @Override
        public boolean sees(Operation operation, ResourceType type, String resource) {
            return its.permits(now, caller, operation, type, resource);
        }

        @Override
        public Access renewed() {
            return new Checked(its, acls.get(), caller, request);
        }

        @Override
        public boolean maySomewhere(Operation operation, ResourceType type) {
            return its.permitsSomewhere(now, caller, operation, type);
        }
    }
}
