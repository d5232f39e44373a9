package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Await;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A distributed worker of Kafka Connect as it is, with its file connectors, told what to do through its REST API. */
@Tag("slow")
class ConnectTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int BATCH = 50;

    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.standalone()
            .with("group.initial.rebalance.delay.ms", "0")
            .with("transaction.abort.timed.out.transaction.cleanup.interval.ms", "500");

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static @Nullable ClientProcess worker;
    private static int rest;

    private final Path in = CLUSTER.directory().resolve("in.txt");
    private final Path out = CLUSTER.directory().resolve("out.txt");

    @BeforeAll
    static void startFirstWorker() {
        rest = new Ports().free();
        startWorker();
    }

    private static void startWorker() {
        Map<String, String> config = new LinkedHashMap<>();
        config.put("bootstrap.servers", CLUSTER.bootstrapServers());
        config.put("group.id", "connect");
        config.put("key.converter", "org.apache.kafka.connect.storage.StringConverter");
        config.put("value.converter", "org.apache.kafka.connect.storage.StringConverter");
        for (String kind : List.of("config", "offset", "status")) {
            config.put(kind + ".storage.topic", "connect-" + kind);
            config.put(kind + ".storage.replication.factor", "1");
        }
        config.put("offset.storage.partitions", "2");
        config.put("status.storage.partitions", "2");
        config.put("exactly.once.source.support", "enabled");
        config.put("listeners", "http://127.0.0.1:" + rest);
        config.put("plugin.discovery", "service_load");
        config.put("offset.flush.interval.ms", "500");
        config.put("session.timeout.ms", "6000");
        config.put("heartbeat.interval.ms", "500");
        config.put("scheduled.rebalance.max.delay.ms", "0");
        Path file = CLUSTER.directory().resolve("worker.properties");
        LocalCluster.writeProperties(file, config);
        worker = ClientProcess.java(
                Libraries.of("connect").classPath(),
                "org.apache.kafka.connect.cli.ConnectDistributed",
                List.of(file.toString()),
                CLUSTER.directory().resolve("worker.log"));
    }

    @AfterAll
    static void stopWorker() {
        if (worker != null) worker.close();
    }

    @Test
    @Shows(
            client = Program.CONNECT,
            value = "distributed: file source exactly once and file sink, though the worker is killed")
    void everyLineIsInTheTopicOnceAndReachesTheSinkThoughTheWorkerIsKilled() throws Exception {
        Files.createFile(in);
        create("source", "FileStreamSource", """
                "file": "%s", "topic": "copied", "exactly.once.support": "required",
                "producer.override.transaction.timeout.ms": "10000"
                """.formatted(in));
        createSink("sink", "copied", out);
        append(0, BATCH);
        Await.until("the first lines in the sink", PATIENCE, () -> lines(out).size() == BATCH);
        append(BATCH, 2 * BATCH);
        stopWorker();
        // A worker that starts waits for the end of a transaction that it left open.
        append(2 * BATCH, 3 * BATCH);
        startWorker();
        Await.until(
                "all lines in the sink",
                PATIENCE,
                () -> new HashSet<>(lines(out)).equals(new HashSet<>(expected(3 * BATCH))));
        // The sink reads what is not committed yet, too.
        Clients clients = Clients.of(CLUSTER);
        Await.until(
                "all lines committed",
                PATIENCE,
                () -> clients.readCommitted("copied").size() >= 3 * BATCH);
        assertThat(Text.values(clients.readCommitted("copied"))).containsExactlyElementsOf(expected(3 * BATCH));
    }

    @Test
    @Shows(
            client = Program.CONNECT,
            value = "REST: connectors are paused, resumed, stopped and deleted, offsets shown and reset")
    void connectorsAreAdministeredThroughRest() throws Exception {
        Clients clients = Clients.of(CLUSTER);
        clients.createTopic("given");
        clients.send("given", "a", "b");
        Path file = CLUSTER.directory().resolve("given.txt");
        createSink("administered", "given", file);
        Await.until("what is given", PATIENCE, () -> lines(file).equals(List.of("a", "b")));
        Await.until(
                "the offset of what is given",
                PATIENCE,
                () -> get("/connectors/administered/offsets").contains("\"kafka_offset\":2"));
        call("PUT", "/connectors/administered/pause", "");
        awaitState("PAUSED");
        clients.send("given", "c");
        call("PUT", "/connectors/administered/resume", "");
        awaitState("RUNNING");
        Await.until("what came in the pause", PATIENCE, () -> lines(file).equals(List.of("a", "b", "c")));
        call("PUT", "/connectors/administered/stop", "");
        awaitState("STOPPED");
        Await.until(
                "its group is empty", PATIENCE, () -> status("DELETE", "/connectors/administered/offsets", "") == 200);
        assertThat(get("/connectors/administered/offsets")).contains("\"offsets\":[]");
        call("PUT", "/connectors/administered/resume", "");
        Await.until("all of it again", PATIENCE, () -> lines(file).equals(List.of("a", "b", "c", "a", "b", "c")));
        call("DELETE", "/connectors/administered", "");
        assertThat(get("/connectors")).doesNotContain("administered");
    }

    private static void createSink(String name, String topic, Path file) {
        create(name, "FileStreamSink", """
                "file": "%s", "topics": "%s", "consumer.override.metadata.max.age.ms": "500",
                "consumer.override.session.timeout.ms": "6000", "consumer.override.heartbeat.interval.ms": "500"
                """.formatted(file, topic));
    }

    /** The worker may still be starting, or be between two generations of its group. */
    private static void create(String name, String type, String config) {
        String body = "{\"connector.class\": \"%s\", \"tasks.max\": \"1\", %s}".formatted(type, config);
        Await.until("connector " + name, PATIENCE, () -> {
            if (worker != null) worker.checkAlive();
            return status("PUT", "/connectors/" + name + "/config", body) / 100 == 2;
        });
    }

    private static void awaitState(String state) {
        Await.until(state, PATIENCE, () -> {
            String status = get("/connectors/administered/status");
            boolean hasTask = status.contains("\"id\":0");
            return status.split("\"state\":\"" + state + "\"", -1).length - 1 == (hasTask ? 2 : 1)
                    && hasTask != state.equals("STOPPED");
        });
    }

    private static void call(String method, String path, String body) throws Exception {
        assertThat(status(method, path, body)).as(method + " " + path).isBetween(200, 299);
    }

    private static int status(String method, String path, String body) throws IOException, InterruptedException {
        return send(method, path, body).statusCode();
    }

    private static String get(String path) throws IOException, InterruptedException {
        return send("GET", path, "").body();
    }

    private static HttpResponse<String> send(String method, String path, String body)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + rest + path))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(30))
                .method(method, BodyPublishers.ofString(body))
                .build();
        return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private void append(int from, int to) throws IOException {
        String text = expected(to).stream().skip(from).map(line -> line + "\n").collect(Collectors.joining());
        Files.writeString(in, text, StandardOpenOption.APPEND);
    }

    private static List<String> expected(int count) {
        return IntStream.range(0, count).mapToObj(i -> "line " + i).toList();
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }
}
