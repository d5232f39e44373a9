package dev.curia.metadata.ratis;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.ratis.metrics.MetricRegistries;
import org.apache.ratis.metrics.MetricRegistryInfo;
import org.apache.ratis.metrics.RatisMetricRegistry;
import org.apache.ratis.util.TimeDuration;
import org.jspecify.annotations.Nullable;

/**
 * Ratis' metrics in Micrometer. Ratis finds this class by {@code META-INF/services} and makes one instance a process, which is why
 * the target is static: nothing else can hand it over. Nodes in one process share it; the tag {@code member} keeps them apart.
 * Thread-safe.
 */
public final class MicrometerMetricRegistries extends MetricRegistries {
    private static volatile @Nullable MeterRegistry target;

    /** Ratis counts users: a registry is created and removed several times, at each election. */
    private record Shared(MicrometerRatisRegistry registry, int users) {}

    private final Map<MetricRegistryInfo, Shared> registries = new ConcurrentHashMap<>();

    /** Where meters go from now on; before the first Raft server is built. */
    static void setTarget(MeterRegistry registry) {
        target = registry;
    }

    @Override
    public RatisMetricRegistry create(MetricRegistryInfo info) {
        MeterRegistry meters = target;
        if (meters == null) throw new IllegalStateException("no meter registry was set before the first Raft server");
        return registries.compute(
                        info,
                        (key, shared) -> shared == null
                                ? new Shared(new MicrometerRatisRegistry(key, meters), 1)
                                : new Shared(shared.registry, shared.users + 1))
                .registry;
    }

    @Override
    public boolean remove(MetricRegistryInfo info) {
        boolean[] removed = new boolean[1];
        registries.computeIfPresent(info, (key, shared) -> {
            removed[0] = true;
            if (shared.users > 1) return new Shared(shared.registry, shared.users - 1);
            shared.registry.clear();
            return null;
        });
        return removed[0];
    }

    @Override
    public Optional<RatisMetricRegistry> get(MetricRegistryInfo info) {
        return Optional.ofNullable(registries.get(info)).map(Shared::registry);
    }

    @Override
    public Set<MetricRegistryInfo> getMetricRegistryInfos() {
        return Set.copyOf(registries.keySet());
    }

    @Override
    public Collection<RatisMetricRegistry> getMetricRegistries() {
        return registries.values().stream()
                .<RatisMetricRegistry>map(Shared::registry)
                .toList();
    }

    @Override
    public void clear() {
        registries.values().forEach(shared -> shared.registry.clear());
        registries.clear();
    }

    // Micrometer's registry does the reporting; Ratis' own reporters have nothing to add.

    @Override
    public void addReporterRegistration(
            Consumer<RatisMetricRegistry> reporter, Consumer<RatisMetricRegistry> stopReporter) {}

    @Override
    public void enableJmxReporter() {}

    @Override
    public void enableConsoleReporter(TimeDuration interval) {}
}
