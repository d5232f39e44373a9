package dev.curia.bench.product;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;

/**
 * Apache Kafka in KRaft mode, as it is released, with the options of its start script.
 *
 * @param libraries the directory of its jars and of logback.xml
 * @param more settings that differ from its defaults
 */
public record KafkaProduct(String name, Path libraries, Jvm jvm, Map<String, String> more) implements Product {
    private static final String CLUSTER_ID = "AAAAAAAAAAAAAAAAAAAAAQ";
    private static final List<String> OPTIONS = List.of(
            "-server",
            "-XX:+UseG1GC",
            "-XX:MaxGCPauseMillis=20",
            "-XX:InitiatingHeapOccupancyPercent=35",
            "-XX:+ExplicitGCInvokesConcurrent",
            "-Djava.awt.headless=true");

    @Override
    public Map<String, String> settings(Place node, List<Place> all, Path data) {
        Map<String, String> settings = new LinkedHashMap<>(more);
        List<String> roles = new ArrayList<>();
        List<String> listeners = new ArrayList<>();
        if (node.broker()) {
            roles.add("broker");
            listeners.add("PLAINTEXT://127.0.0.1:" + node.kafka());
            settings.put("advertised.listeners", listeners.get(0));
        }
        if (node.quorum()) {
            roles.add("controller");
            listeners.add("CONTROLLER://127.0.0.1:" + node.raft());
        }
        settings.put("process.roles", String.join(",", roles));
        settings.put("node.id", Integer.toString(node.id()));
        settings.put("listeners", String.join(",", listeners));
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put(
                "controller.quorum.voters",
                all.stream()
                        .filter(Place::quorum)
                        .map(v -> v.id() + "@127.0.0.1:" + v.raft())
                        .collect(Collectors.joining(",")));
        settings.put("log.dirs", data.toString());
        return settings;
    }

    @Override
    public void format(Place node, Path settings, Path log) {
        List<String> command =
                java("kafka.tools.StorageTool", "format", "--cluster-id", CLUSTER_ID, "--config", settings.toString());
        try {
            int code = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start()
                    .waitFor();
            if (code != 0) throw new IllegalStateException("Kafka's storage tool ended with " + code + ", see " + log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public List<String> command(Place node, Path settings) {
        return java("kafka.Kafka", settings.toString());
    }

    private List<String> java(String... arguments) {
        List<String> command = new ArrayList<>(List.of(jvm.java().toString()));
        command.addAll(jvm.heapOptions());
        command.addAll(OPTIONS);
        command.addAll(List.of("-cp", libraries + File.pathSeparator + libraries + File.separator + "*"));
        command.addAll(List.of(arguments));
        return command;
    }

    @Override
    public Map<String, String> environment() {
        return Map.of();
    }

    @Override
    public OptionalInt quorumLeader(Admin admin, List<Place> nodes) {
        try {
            return OptionalInt.of(admin.describeMetadataQuorum()
                    .quorumInfo()
                    .get(5, TimeUnit.SECONDS)
                    .leaderId());
        } catch (ExecutionException | TimeoutException e) {
            return OptionalInt.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
