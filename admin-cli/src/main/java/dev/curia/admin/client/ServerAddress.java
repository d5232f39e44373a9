package dev.curia.admin.client;

import java.util.Arrays;
import java.util.List;

/** A server's host and port. Immutable; {@code 1 <= port <= 65535}. */
public record ServerAddress(String host, int port) {
    /** The quorum nodes' gRPC port. */
    public static final int DEFAULT_PORT = 9094;

    public ServerAddress {
        if (host.isBlank()) throw new IllegalArgumentException("the host is empty");
        if (port < 1 || port > 65535) throw new IllegalArgumentException("there is no port " + port);
    }

    /** Reads {@code host}, {@code host:port} or {@code [ipv6]:port}; throws {@link IllegalArgumentException} saying what is wrong. */
    public static ServerAddress parse(String text) {
        String rest = text.strip();
        int colon = rest.lastIndexOf(':');
        boolean portless = colon < 0 || rest.endsWith("]");
        String host = portless ? rest : rest.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) host = host.substring(1, host.length() - 1);
        if (portless) return new ServerAddress(host, DEFAULT_PORT);
        String port = rest.substring(colon + 1);
        if (!port.matches("\\d{1,5}")) throw new IllegalArgumentException("'" + port + "' is not a port");
        return new ServerAddress(host, Integer.parseInt(port));
    }

    /** Reads addresses separated by commas; at least one. */
    public static List<ServerAddress> parseList(String text) {
        List<ServerAddress> addresses = Arrays.stream(text.split(","))
                .filter(part -> !part.isBlank())
                .map(ServerAddress::parse)
                .toList();
        if (addresses.isEmpty()) throw new IllegalArgumentException("no address given");
        return addresses;
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
