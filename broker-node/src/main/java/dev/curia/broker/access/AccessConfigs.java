package dev.curia.broker.access;

import dev.curia.common.config.ConfigKey;
import dev.curia.common.security.Principal;
import dev.curia.metadata.acl.Authorizer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Settings of access control; the same on every node, brokers and quorum. */
public final class AccessConfigs {
    private static final String STANDARD = "standard";
    private static final List<String> STANDARD_NAMES =
            List.of(STANDARD, "org.apache.kafka.metadata.authorizer.StandardAuthorizer");

    public static final ConfigKey<String> AUTHORIZER = new ConfigKey<>(
            "authorizer.class.name",
            ConfigKey.Type.STRING,
            "",
            "What decides who may do what. Empty: nobody is refused anything. standard: the cluster's ACLs; what no ACL allows is refused. Set it on all"
                    + " nodes, and super.users with it, or nobody may create the first ACL.",
            "nothing, standard, or org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            text -> {
                if (text.isEmpty()) return text;
                if (STANDARD_NAMES.contains(text)) return STANDARD;
                throw new IllegalArgumentException("no such authorizer");
            });
    public static final ConfigKey<Set<Principal>> SUPER_USERS = new ConfigKey<>(
            "super.users",
            ConfigKey.Type.LIST,
            "",
            "Who may do everything, whatever the ACLs say: principals, separated by semicolons.",
            "principals separated by semicolons, as in User:admin;User:CN=ops,O=curia",
            Principal::parseAll);
    public static final ConfigKey<Boolean> ALLOW_UNLESS_ANY_ACL = ConfigKey.ofBoolean(
            "allow.everyone.if.no.acl.found",
            false,
            "Whether everybody may do everything with resources that no ACL is about; if not, only super users may.");

    /** All of them, for the reference page and the check of unknown keys. */
    public static final List<ConfigKey<?>> ALL = List.of(AUTHORIZER, SUPER_USERS, ALLOW_UNLESS_ANY_ACL);

    private AccessConfigs() {}

    /** Empty: nobody is refused anything. */
    public static Optional<Authorizer> authorizer(Map<String, String> given) {
        return AUTHORIZER.in(given).isEmpty()
                ? Optional.empty()
                : Optional.of(new Authorizer(SUPER_USERS.in(given), ALLOW_UNLESS_ANY_ACL.in(given)));
    }
}
