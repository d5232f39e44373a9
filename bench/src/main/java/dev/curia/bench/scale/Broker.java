package dev.curia.bench.scale;

import dev.curia.bench.load.Clients;
import dev.curia.bench.load.ProduceLoad;
import dev.curia.bench.load.Saturation;
import dev.curia.bench.load.ServerUsage;
import dev.curia.bench.product.CuriaProduct;
import dev.curia.bench.product.Jvm;
import dev.curia.bench.product.Layout;
import dev.curia.bench.product.Servers;
import dev.curia.bench.product.Waits;
import dev.curia.common.time.Clock;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;

/** The only broker of a cluster, which is also its quorum: a process of its own. Not thread-safe. */
final class Broker implements AutoCloseable {
    private static final int ID = 1;
    private static final String HEAP = "-Xmx1g";
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final double WARM_UP_SECONDS = 6;
    private static final Map<String, String> SETTINGS = Map.of(
            "offsets.topic.replication.factor",
            "1",
            "group.initial.rebalance.delay.ms",
            "0",
            // Files of topics that were measured should not stay for a minute.
            "log.segment.delete.delay.ms",
            "1000");

    private final Servers servers;
    private final Clock clock;
    private final Clients clients;
    private final HttpClient http = HttpClient.newHttpClient();

    /**
     * It runs and is ready when this returns.
     *
     * @param home the built distribution
     * @param more settings that differ from its defaults
     */
    Broker(Path home, Path directory, Map<String, String> more, Clock clock) {
        Map<String, String> settings = new LinkedHashMap<>(SETTINGS);
        settings.putAll(more);
        this.servers = new Servers(new CuriaProduct("Curia", home, Jvm.own(HEAP), settings), Layout.SINGLE, directory);
        this.clock = clock;
        this.clients = new Clients(servers.bootstrapServers(), 1);
        start();
    }

    Clock clock() {
        return clock;
    }

    Clients clients() {
        return clients;
    }

    /** Of the process that runs now. */
    ServerUsage usage() {
        return new ServerUsage(servers.pids());
    }

    InetSocketAddress address() {
        return servers.address(ID);
    }

    Path logDirectory() {
        return servers.data(ID).resolve("log");
    }

    /** Loads it for some seconds: by then most that is hot is compiled. */
    void warmUp() throws ExecutionException {
        String topic = "warm-up";
        createTopic(topic, ProduceLoad.BASE.partitions(), Map.of());
        Saturation saturation = new Saturation(clients, clock, usage());
        saturation.produce(ProduceLoad.BASE, topic, 0, WARM_UP_SECONDS / 2);
        saturation.produce(ProduceLoad.BASE.withDefaultBatches(), topic, 0, WARM_UP_SECONDS / 2);
        clients.deleteTopic(topic);
    }

    /** Every partition has a leader when this returns. */
    void createTopic(String topic, int partitions, Map<String, String> configs) throws ExecutionException {
        Clients.get(clients.admin()
                .createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(configs)))
                .all());
        awaitLeaders(topic, partitions);
    }

    /**
     * Makes a topic, or more partitions of it, and writes a record to each.
     *
     * @return milliseconds until all have leaders
     */
    double growTopic(String topic, int from, int to) throws ExecutionException {
        long start = clock.monotonicNanos();
        if (from == 0) {
            createTopic(topic, to, Map.of());
        } else {
            Clients.get(clients.admin()
                    .createPartitions(Map.of(topic, NewPartitions.increaseTo(to)))
                    .all());
            awaitLeaders(topic, to);
        }
        double millis = millisSince(start);
        clients.writeToEach(topic, to);
        return millis;
    }

    private void awaitLeaders(String topic, int partitions) {
        Waits.until("leaders of " + topic, PATIENCE, () -> clients.allHaveLeaders(topic, partitions));
    }

    /** Percent of one core that it takes, doing what it does by itself. */
    double idlePercent(double seconds) {
        ServerUsage usage = usage();
        Waits.pause(1);
        double before = usage.cpuSeconds();
        long start = clock.monotonicNanos();
        Waits.pause(seconds);
        return 100 * (usage.cpuSeconds() - before) / (millisSince(start) / 1e3);
    }

    /** What is reachable after a collection. */
    double heapMegabytes() {
        return servers.node(ID).reachableHeapBytes() / 1e6;
    }

    /** @return milliseconds until it is ready */
    double startAfterStop() {
        servers.terminate();
        return start();
    }

    /** @return milliseconds until it is ready */
    double startAfterKill() {
        servers.node(ID).kill();
        return start();
    }

    void stop() {
        servers.terminate();
    }

    /** @return milliseconds until it is ready */
    double start() {
        long start = clock.monotonicNanos();
        servers.heal();
        HttpRequest ready = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + servers.place(ID).http() + "/health/ready"))
                .timeout(PATIENCE)
                .build();
        Waits.until("the broker is ready", PATIENCE, () -> {
            servers.checkAlive();
            return isOk(ready);
        });
        return millisSince(start);
    }

    private boolean isOk(HttpRequest request) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException starting) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Fails when it has ended by itself, with where to read why. */
    void checkAlive() {
        servers.checkAlive();
    }

    double millisSince(long nanos) {
        return (clock.monotonicNanos() - nanos) / 1e6;
    }

    @Override
    public void close() {
        clients.close();
        servers.close();
    }
}
