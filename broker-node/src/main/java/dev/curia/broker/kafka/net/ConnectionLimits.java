package dev.curia.broker.kafka.net;

import dev.curia.common.time.Clock;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many connections there may be, over all of a broker's listeners and from one address, and how fast new ones are served. The limits may change
 * at any time; what is connected by then stays. Thread-safe; looks hosts up by name, which may take a while, only when the setting that
 * names them has changed.
 */
public final class ConnectionLimits {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionLimits.class);

    /** Of {@link #admit}: it must be closed. */
    static final long REFUSED = -1;

    /**
     * Where the limits are read, each time anew.
     *
     * @param max max.connections
     * @param maxPerAddress max.connections.per.ip
     * @param maxPerHost max.connections.per.ip.overrides
     * @param ratePerSecond max.connection.creation.rate
     */
    public record Limits(
            IntSupplier max,
            IntSupplier maxPerAddress,
            Supplier<Map<String, Integer>> maxPerHost,
            IntSupplier ratePerSecond) {}

    private final Limits limits;
    private final Clock clock;

    // Guarded by this.
    private final Map<InetAddress, Integer> perAddress = new HashMap<>();
    private Map<String, Integer> hosts = Map.of();
    private Map<InetAddress, Integer> overrides = Map.of(); // of those hosts
    private int connections;
    private boolean refusing; // since the last one that was admitted
    private long nextNanos; // when one more is in time, had each of them come alone
    private boolean begun;

    public ConnectionLimits(Limits limits, Clock clock) {
        this.limits = limits;
        this.clock = clock;
    }

    /**
     * Counts a connection from there; {@link #closed} when it ends.
     *
     * @return how many nanoseconds it has to wait before it is served; {@link #REFUSED}: it is not counted
     */
    synchronized long admit(InetAddress from) {
        int ofAddress = perAddress.getOrDefault(from, 0);
        if (connections >= limits.max().getAsInt()) {
            return refuse(from, "max.connections", limits.max().getAsInt());
        }
        Integer override = overrides().get(from);
        if (override != null && ofAddress >= override)
            return refuse(from, "max.connections.per.ip.overrides", override);
        if (override == null && ofAddress >= limits.maxPerAddress().getAsInt()) {
            return refuse(from, "max.connections.per.ip", limits.maxPerAddress().getAsInt());
        }
        refusing = false;
        connections++;
        perAddress.put(from, ofAddress + 1);
        return delayNanos();
    }

    /** A second's worth may come at once. */
    private long delayNanos() {
        long second = TimeUnit.SECONDS.toNanos(1);
        long gap = second / limits.ratePerSecond().getAsInt();
        long now = clock.monotonicNanos();
        if (!begun || nextNanos < now) nextNanos = now;
        begun = true;
        nextNanos += gap;
        return Math.max(0, nextNanos - now - second);
    }

    synchronized void closed(InetAddress from) {
        connections--;
        perAddress.computeIfPresent(from, (address, count) -> count == 1 ? null : count - 1);
    }

    private Map<InetAddress, Integer> overrides() {
        Map<String, Integer> named = limits.maxPerHost().get();
        if (named.equals(hosts)) return overrides;
        Map<InetAddress, Integer> found = new HashMap<>();
        named.forEach((host, limit) -> {
            try {
                for (InetAddress address : InetAddress.getAllByName(host)) found.put(address, limit);
            } catch (UnknownHostException e) {
                LOG.warn(
                        "max.connections.per.ip.overrides names a host that is not known, and is ignored for it: {}",
                        host);
            }
        });
        hosts = named;
        overrides = found;
        return found;
    }

    private long refuse(InetAddress from, String setting, int limit) {
        if (!refusing) LOG.warn("connections are refused, the first from {}: {} is {}", from, setting, limit);
        refusing = true;
        return REFUSED;
    }
}
