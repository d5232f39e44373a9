package dev.curia.system;

import dev.curia.testkit.Await;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Apicurio Registry as it is, with all that it knows in topics (kafkasql), and its Avro serializers. */
@Tag("slow")
class ApicurioTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.standalone().with("group.initial.rebalance.delay.ms", "0");

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    @Shows(
            client = Program.APICURIO,
            value = "kafkasql storage and Avro serializers: schemas outlive a registry that is killed")
    void schemasOutliveARegistryThatIsKilled() throws Exception {
        String address = "127.0.0.1:" + new Ports().free();
        try (ClientProcess first = start(address)) {
            awaitReady(first, address);
            run(address, "write");
        }
        try (ClientProcess second = start(address)) {
            awaitReady(second, address);
            run(address, "read");
        }
    }

    private static ClientProcess start(String address) throws IOException {
        Path unpacked = unpacked();
        String jar = "apicurio-registry-app-" + Program.APICURIO.version() + "-runner.jar";
        return ClientProcess.start(
                List.of(
                        ClientProcess.javaCommand(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-jar",
                        unpacked.resolve(jar).toString()),
                Map.of(
                        "APICURIO_STORAGE_KIND",
                        "kafkasql",
                        "APICURIO_KAFKASQL_BOOTSTRAP_SERVERS",
                        CLUSTER.bootstrapServers(),
                        "QUARKUS_HTTP_HOST",
                        "127.0.0.1",
                        "QUARKUS_HTTP_PORT",
                        address.substring(address.indexOf(':') + 1)),
                CLUSTER.directory().resolve("registry.log"));
    }

    private static Path unpacked() throws IOException {
        Path directory = Libraries.of("apicurio-registry").directory();
        Path unpacked = CLUSTER.directory().resolve("registry");
        if (Files.exists(unpacked)) return unpacked;
        Files.createDirectories(unpacked);
        String archive = "apicurio-registry-app-" + Program.APICURIO.version() + "-all.tar.gz";
        Command.of("tar", "-xzf", directory.resolve(archive).toString(), "-C", unpacked.toString())
                .run()
                .orFail();
        return unpacked;
    }

    private void awaitReady(ClientProcess registry, String address) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + "/apis/registry/v3/system/info"))
                .timeout(Duration.ofSeconds(10))
                .build();
        Await.until("the registry", PATIENCE, () -> {
            registry.checkAlive();
            return http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode() == 200;
        });
    }

    private static void run(String address, String what) {
        Libraries.of("apicurio-serdes")
                .run(AvroProgram.class, CLUSTER.bootstrapServers(), "http://" + address + "/apis/registry/v2", what);
    }
}
