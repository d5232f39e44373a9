package dev.curia.bench.metadata;

import dev.curia.bench.product.NodeProcess;
import dev.curia.bench.product.Servers;
import dev.curia.bench.product.Waits;
import dev.curia.common.net.HostPort;
import dev.curia.metadata.client.NodeInspector;
import dev.curia.metadata.client.QuorumChannels;
import dev.curia.proto.admin.v1.QuorumNodeState;
import io.grpc.InsecureChannelCredentials;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Three quorum nodes, each a process of the distribution with its default heap. Not thread-safe. */
final class QuorumNodes implements AutoCloseable {
    static final String CLUSTER = "scale";
    private static final int NODES = 3;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private record Place(int id, HostPort rpc, int raft, int http) {
        String voter() {
            return id + "@" + rpc.host() + ":" + raft + ":" + rpc.port();
        }
    }

    private final Path directory;
    private final Map<Integer, Place> places = new TreeMap<>();
    private final Map<Integer, NodeProcess> processes = new TreeMap<>();
    private final QuorumChannels channels = new QuorumChannels(InsecureChannelCredentials.create());
    private final NodeInspector inspector = new NodeInspector(channels);

    /** @param home the built distribution */
    QuorumNodes(Path home, Path directory) {
        this.directory = directory;
        int port = Servers.firstPort();
        for (int id = 1; id <= NODES; id++, port += 10) {
            places.put(id, new Place(id, new HostPort("127.0.0.1", port), port + 1, port + 2));
        }
        for (Place place : places.values()) processes.put(place.id(), lay(place, home));
    }

    private NodeProcess lay(Place place, Path home) {
        Path own = directory.resolve("node-" + place.id());
        Map<String, String> settings = new TreeMap<>(Map.of(
                "process.roles",
                "quorum",
                "node.id",
                Integer.toString(place.id()),
                "cluster.id",
                CLUSTER,
                "http.listener",
                "127.0.0.1:" + place.http(),
                "quorum.voters",
                places.values().stream().map(Place::voter).collect(Collectors.joining(",")),
                "quorum.data.dir",
                own.resolve("quorum").toString()));
        try {
            Files.createDirectories(own);
            Path file = own.resolve("server.properties");
            String text = settings.entrySet().stream()
                    .map(entry -> entry.getKey() + "=" + entry.getValue() + "\n")
                    .collect(Collectors.joining());
            Files.writeString(file, text, StandardCharsets.UTF_8);
            return new NodeProcess(
                    List.of(home.resolve("bin/curia").toString(), "server", "--config", file.toString(), "--format"),
                    Map.of(),
                    own.resolve("node.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts whoever does not run. */
    void start() {
        processes.values().forEach(NodeProcess::heal);
    }

    List<HostPort> addresses() {
        return places.values().stream().map(Place::rpc).toList();
    }

    HostPort address(int id) {
        return place(id).rpc();
    }

    List<Integer> ids() {
        return List.copyOf(places.keySet());
    }

    NodeProcess process(int id) {
        NodeProcess process = processes.get(id);
        if (process == null) throw new IllegalArgumentException("no node " + id);
        return process;
    }

    /** Waits until there is one that a majority agrees on. */
    int leader() {
        int[] found = {-1};
        Waits.until("a quorum leader", PATIENCE, () -> {
            Map<Integer, Long> votes = places.keySet().stream()
                    .flatMap(id -> inspect(id).stream())
                    .map(QuorumNodeState::getLeaderId)
                    .filter(id -> id >= 0)
                    .collect(Collectors.groupingBy(id -> id, Collectors.counting()));
            votes.forEach((id, count) -> {
                if (count > NODES / 2) found[0] = id;
            });
            return found[0] >= 0;
        });
        return found[0];
    }

    /** The node runs and has applied the log up to this index. */
    void awaitApplied(int id, long index) {
        Waits.until("node " + id + " at index " + index, PATIENCE, () -> {
            if (!process(id).isAlive()) {
                throw new IllegalStateException(
                        "node " + id + " has ended, see " + process(id).log());
            }
            return inspect(id).filter(state -> state.getAppliedIndex() >= index).isPresent();
        });
    }

    private Optional<QuorumNodeState> inspect(int id) {
        try {
            return Optional.of(
                    inspector.inspect(place(id).rpc(), Duration.ofSeconds(2)).join());
        } catch (CompletionException starting) {
            return Optional.empty();
        }
    }

    private Place place(int id) {
        Place place = places.get(id);
        if (place == null) throw new IllegalArgumentException("no node " + id);
        return place;
    }

    /** What is reachable on its heap. */
    long heapBytes(int id) {
        return process(id).reachableHeapBytes();
    }

    /** Of the whole process. */
    long residentBytes(int id) {
        Path status = Path.of("/proc", Long.toString(process(id).pid()), "status");
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .findFirst()
                            .orElse(0)
                    * 1024;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of the Raft log's files, without the room at the end of the newest that is not yet written to. */
    long logBytes(int id) {
        try (Stream<Path> files = Files.walk(directory.resolve("node-" + id))) {
            return files.filter(file -> file.getFileName().toString().startsWith("log_"))
                    .mapToLong(QuorumNodes::writtenBytes)
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long writtenBytes(Path file) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            int end = bytes.length;
            while (end > 0 && bytes[end - 1] == 0) end--;
            return end;
        } catch (NoSuchFileException e) {
            return 0; // a log that has just been closed has another name
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        channels.close();
        processes.values().forEach(NodeProcess::close);
    }
}
