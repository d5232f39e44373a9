package dev.curia.broker.kafka.net;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many connections there may be, over all of a broker's listeners and from one address. The limits may change at any time; what is
 * connected by then stays. Thread-safe.
 */
public final class ConnectionLimits {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionLimits.class);

    private final IntSupplier max;
    private final IntSupplier maxPerAddress;

    // Guarded by this.
    private final Map<InetAddress, Integer> perAddress = new HashMap<>();
    private int connections;
    private boolean refusing; // since the last one that was admitted

    /**
     * @param max max.connections now
     * @param maxPerAddress max.connections.per.ip now
     */
    public ConnectionLimits(IntSupplier max, IntSupplier maxPerAddress) {
        this.max = max;
        this.maxPerAddress = maxPerAddress;
    }

    /** Counts a connection from there; {@link #closed} when it ends. False: it is not counted, and must be closed. */
    synchronized boolean admit(InetAddress from) {
        int ofAddress = perAddress.getOrDefault(from, 0);
        if (connections >= max.getAsInt()) return refuse(from, "max.connections", max.getAsInt());
        if (ofAddress >= maxPerAddress.getAsInt()) {
            return refuse(from, "max.connections.per.ip", maxPerAddress.getAsInt());
        }
        refusing = false;
        connections++;
        perAddress.put(from, ofAddress + 1);
        return true;
    }

    synchronized void closed(InetAddress from) {
        connections--;
        perAddress.computeIfPresent(from, (address, count) -> count == 1 ? null : count - 1);
    }

    private boolean refuse(InetAddress from, String setting, int limit) {
        if (!refusing) LOG.warn("connections are refused, the first from {}: {} is {}", from, setting, limit);
        refusing = true;
        return false;
    }
}
