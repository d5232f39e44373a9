package dev.curia.broker.config;

import dev.curia.common.net.HostPort;
import java.util.Locale;

/** One Kafka listener as configured: {@code NAME://host:port}. Immutable. */
public record Listener(String name, HostPort address) {

    /** Reads {@code NAME://host:port}; an empty host means all addresses. */
    public static Listener parse(String text) {
        int separator = text.indexOf("://");
        if (separator <= 0) throw new IllegalArgumentException("no listener name");
        String name = text.substring(0, separator).toUpperCase(Locale.ROOT);
        return new Listener(name, HostPort.parse(text.substring(separator + 3)));
    }

    @Override
    public String toString() {
        return name + "://" + address;
    }
}
