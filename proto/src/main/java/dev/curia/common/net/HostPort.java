package dev.curia.common.net;

import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;

/**
 * A server's address; its text is {@code host:port}, an IPv6 host in brackets. Immutable. To listen on, an empty host means all
 * addresses and port 0 any free port.
 */
public record HostPort(String host, int port) {
    public HostPort {
        if (port < 0 || port > 65_535) throw new IllegalArgumentException("port " + port + " is not from 0 to 65535");
    }

    /** Throws {@link IllegalArgumentException} naming the text and what is expected. */
    public static HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        try {
            String host = text.substring(0, Math.max(0, colon)).strip();
            if (host.startsWith("[") && host.endsWith("]")) host = host.substring(1, host.length() - 1);
            return new HostPort(host, Integer.parseInt(text.substring(colon + 1).strip()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text + "' is not an address: expected host:port", e);
        }
    }

    /** Addresses separated by commas, at least one. */
    public static List<HostPort> parseList(String text) {
        return Arrays.stream(text.split(",")).map(HostPort::parse).toList();
    }

    /** To bind; resolves the host. */
    public InetSocketAddress toBind() {
        return host.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
