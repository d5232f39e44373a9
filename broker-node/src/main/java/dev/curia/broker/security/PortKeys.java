package dev.curia.broker.security;

import dev.curia.common.config.ConfigKey;
import dev.curia.common.security.Principal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The settings of ports that are not Kafka listeners: those that nodes meet on (gRPC and Raft), and HTTP. Their TLS is set by {@code ssl.*}, and
 * by the same with {@code rpc.} or {@code http.} before it where they have their own.
 */
public final class PortKeys {
    public static final ConfigKey<SecurityProtocol> RPC_PROTOCOL = protocol(
            "rpc.security.protocol",
            "What is spoken on the ports that nodes and administrators use: gRPC of brokers and of the quorum, and Raft. With SSL both sides show"
                    + " certificates. The same on all nodes.");
    public static final ConfigKey<String> RPC_CLIENT_AUTH = ConfigKey.oneOf(
            "rpc.ssl.client.auth",
            "required",
            List.of("requested", "required"),
            "Whether who calls over gRPC must show a certificate. Without one he is User:ANONYMOUS; nodes always show one.");
    public static final ConfigKey<Set<Principal>> NODES = new ConfigKey<>(
            "rpc.node.principals",
            ConfigKey.Type.LIST,
            "",
            "Whose certificates are nodes': principals, separated by semicolons, as ssl.principal.mapping.rules makes them of subjects. Empty: those of the"
                    + " same principal as the node's own.",
            "principals separated by semicolons, as in User:CN=node,O=curia; not User:ANONYMOUS",
            PortKeys::nodes);
    public static final ConfigKey<SecurityProtocol> HTTP_PROTOCOL =
            protocol("http.security.protocol", "What is spoken on the HTTP port; SSL is HTTPS.");
    public static final ConfigKey<String> HTTP_CLIENT_AUTH = ConfigKey.oneOf(
            "http.ssl.client.auth",
            "none",
            List.of("none", "requested", "required"),
            "Whether who comes over HTTPS shows a certificate; required: only whoever has one gets in.");

    /** In the order of the reference page. */
    static final List<ConfigKey<?>> ALL =
            List.of(RPC_PROTOCOL, RPC_CLIENT_AUTH, NODES, HTTP_PROTOCOL, HTTP_CLIENT_AUTH);

    private static final String RPC = "rpc.";
    private static final String HTTP = "http.";
    static final List<String> PREFIXES = List.of(RPC, HTTP);

    private PortKeys() {}

    /** The settings of TLS that hold where nodes meet. */
    public static Map<String, String> ofRpc(Map<String, String> given) {
        return own(given, RPC, RPC_CLIENT_AUTH);
    }

    /** Those of the HTTP port. */
    public static Map<String, String> ofHttp(Map<String, String> given) {
        return own(given, HTTP, HTTP_CLIENT_AUTH);
    }

    /** Of whether a certificate is asked for these ports have their own idea, whatever the Kafka listeners' is. */
    private static Map<String, String> own(Map<String, String> given, String prefix, ConfigKey<String> clientAuth) {
        Map<String, String> own = new HashMap<>(SecuritySettings.overlaid(given, prefix));
        own.put(TlsKeys.CLIENT_AUTH.name(), clientAuth.in(given));
        return own;
    }

    private static ConfigKey<SecurityProtocol> protocol(String name, String doc) {
        return new ConfigKey<>(
                name, ConfigKey.Type.STRING, "PLAINTEXT", doc, "PLAINTEXT or SSL", text -> switch (text) {
                    case "PLAINTEXT" -> SecurityProtocol.PLAINTEXT;
                    case "SSL" -> SecurityProtocol.SSL;
                    default -> throw new IllegalArgumentException("no such protocol");
                });
    }

    private static Set<Principal> nodes(String text) {
        Set<Principal> nodes = Principal.parseAll(text);
        if (nodes.contains(Principal.ANONYMOUS)) throw new IllegalArgumentException("nodes show certificates");
        return nodes;
    }
}
