package dev.curia.broker.console;

import dev.curia.broker.http.Request;
import dev.curia.common.net.HostPort;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Who may come in: only what a browser was told to open, or a program asks. A page of another site can make a browser ask, even under a name that it
 * lets point here (DNS rebinding): such requests name a host that is not ours, or say where they come from. Immutable.
 */
final class Gate {
    private static final String ADDRESS = "[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-f:.]*:[0-9a-f.]*:[0-9a-f:.]*";

    private final Set<String> hosts;

    /** @param hosts names, in lower case */
    Gate(Set<String> hosts) {
        this.hosts = hosts;
    }

    /** Why not; empty: it may. */
    Optional<ConsoleException> refusal(Request request) {
        Optional<String> host = request.header("Host").map(Gate::name);
        if (host.isEmpty()) return refused("a request without a Host header is refused");
        if (!isOurs(host.get())) {
            return refused("host '" + host.get() + "' is none of this console's names: " + ConsoleConfigs.HOSTS.name()
                    + " of the server's configuration can name it");
        }
        Optional<String> site = request.header("Sec-Fetch-Site");
        boolean navigation =
                request.header("Sec-Fetch-Mode").filter("navigate"::equals).isPresent();
        if (site.isPresent() && !navigation && !Set.of("same-origin", "none").contains(site.get())) {
            return refused("requests from pages of other sites are refused");
        }
        Optional<String> origin = request.header("Origin");
        if (origin.isPresent() && !sameHost(origin.get(), request.header("Host").orElse(""))) {
            return refused("requests from pages of other sites are refused");
        }
        return Optional.empty();
    }

    private static boolean sameHost(String origin, String host) {
        return origin.equalsIgnoreCase("http://" + host) || origin.equalsIgnoreCase("https://" + host);
    }

    /** An address cannot be pointed elsewhere by whoever owns a name. */
    private boolean isOurs(String host) {
        return host.equals("localhost") || host.matches(ADDRESS) || hosts.contains(host);
    }

    /** Without the port, and an IPv6 address without its brackets. */
    private static String name(String header) {
        String lower = header.strip().toLowerCase(Locale.ROOT);
        boolean port = lower.matches(".*:[0-9]{1,5}")
                && (lower.startsWith("[") || lower.indexOf(':') == lower.lastIndexOf(':'));
        try {
            if (port) return HostPort.parse(lower).host();
        } catch (IllegalArgumentException e) {
            return lower;
        }
        return lower.startsWith("[") && lower.endsWith("]") ? lower.substring(1, lower.length() - 1) : lower;
    }

    private static Optional<ConsoleException> refused(String why) {
        return Optional.of(new ConsoleException(403, why));
    }
}
