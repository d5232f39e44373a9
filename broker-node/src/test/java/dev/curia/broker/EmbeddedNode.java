package dev.curia.broker;

import dev.curia.broker.config.NodeConfig;
import dev.curia.broker.config.ServerSettings;
import dev.curia.common.time.SystemClock;
import dev.curia.testkit.FreePorts;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A quorum node and a broker in this process, on ports of loopback that were free. */
final class EmbeddedNode implements AutoCloseable {
    private final int http;
    private final Node node;
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();

    private EmbeddedNode(Map<String, String> settings, int http) throws Exception {
        this.http = http;
        this.node = Node.start(
                NodeConfig.of(ServerSettings.of(settings)),
                Format.VOTER,
                new SystemClock(),
                (what, cause) -> faults.add(what + ": " + cause));
        node.awaitReady();
    }

    /** Ready when this returns. */
    static EmbeddedNode start(Path directory, Map<String, String> more) throws Exception {
        List<Integer> ports = FreePorts.find(3);
        Map<String, String> settings = new HashMap<>();
        settings.put("process.roles", "quorum,broker");
        settings.put("node.id", "1");
        settings.put("cluster.id", "embedded");
        settings.put("listeners", "PLAINTEXT://127.0.0.1:0");
        settings.put("rpc.listener", "127.0.0.1:0");
        settings.put("http.listener", "127.0.0.1:" + ports.get(2));
        settings.put("quorum.voters", "1@127.0.0.1:" + ports.get(0) + ":" + ports.get(1));
        settings.put("quorum.data.dir", directory.resolve("quorum").toString());
        settings.put("log.dirs", directory.resolve("logs").toString());
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("offsets.topic.num.partitions", "3");
        settings.put("transaction.state.log.replication.factor", "1");
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("transaction.state.log.num.partitions", "3");
        settings.put("group.initial.rebalance.delay.ms", "0");
        settings.putAll(more);
        return new EmbeddedNode(settings, ports.get(2));
    }

    String bootstrapServer() {
        return node.bootstrapServer();
    }

    /** What {@code /metrics} says now. */
    Scrape scrape() throws Exception {
        return Scrape.parse(get("/metrics").body());
    }

    /** What the HTTP port answers. */
    HttpResponse<String> get(String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + http + path))
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** What would have stopped a process. */
    List<String> faults() {
        return List.copyOf(faults);
    }

    @Override
    public void close() {
        node.close();
    }
}
