package dev.curia.bench.product;

import dev.curia.common.time.SystemClock;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;

/** The processes of one cluster of one product, with data of their own. Not thread-safe. */
public final class Servers implements AutoCloseable {
    private static final int FIRST_PORT = 12_000;
    private static final int PORTS = 18_000;
    private static final String DATA = "data";
    /** How far below its data a broker has its partitions' directories. */
    private static final int LOG_DEPTH = 2;

    private final Product product;
    private final List<Product.Place> places;
    private final Path directory;
    private final Map<Integer, NodeProcess> nodes = new TreeMap<>();

    /**
     * Nothing runs yet.
     *
     * @param directory is made; settings, data and output of the nodes go there
     */
    public Servers(Product product, Layout layout, Path directory) {
        this.product = product;
        this.directory = directory;
        this.places = layout.places(firstPort());
        for (Product.Place place : places) nodes.put(place.id(), lay(place, home(place.id())));
    }

    /** Below the range of outgoing connections, and different from one cluster to the next. */
    public static int firstPort() {
        return FIRST_PORT + (int) (new SystemClock().monotonicNanos() / 1_000_000 % PORTS / 100 * 100);
    }

    private NodeProcess lay(Product.Place place, Path directory) {
        try {
            Files.createDirectories(directory);
            Path settings = directory.resolve("server.properties");
            String text = product.settings(place, places, directory.resolve(DATA)).entrySet().stream()
                    .map(entry -> entry.getKey() + "=" + entry.getValue() + "\n")
                    .collect(Collectors.joining());
            Files.writeString(settings, text, StandardCharsets.UTF_8);
            Path log = directory.resolve("node.log");
            product.format(place, settings, log);
            return new NodeProcess(product.command(place, settings), product.environment(), log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What clients connect to. */
    public String bootstrapServers() {
        return places.stream()
                .filter(Product.Place::broker)
                .map(place -> "127.0.0.1:" + place.kafka())
                .collect(Collectors.joining(","));
    }

    /** All run when this returns: see {@link NodeProcess#heal}. They may not serve yet. */
    public void heal() {
        nodes.values().forEach(NodeProcess::heal);
    }

    /** Fails when one has ended by itself, with where to read why. */
    public void checkAlive() {
        nodes.forEach((id, node) -> {
            if (!node.isAlive()) throw new IllegalStateException("node " + id + " has ended, see " + node.log());
        });
    }

    /** SIGTERM to all; returns when all are gone. */
    public void terminate() {
        nodes.values().forEach(NodeProcess::askToEnd);
        nodes.values().forEach(NodeProcess::awaitEnd);
    }

    private Path home(int id) {
        return directory.resolve("node-" + id);
    }

    /** Where a node has its data. */
    public Path data(int id) {
        return home(id).resolve(DATA);
    }

    /** Whether a directory of one of its partitions is left, whatever was added to its name. */
    public boolean haveFilesOf(String topic) {
        return places.stream().filter(Product.Place::broker).anyMatch(broker -> {
            try (Stream<Path> found = Files.find(
                    data(broker.id()),
                    LOG_DEPTH,
                    (path, attributes) -> attributes.isDirectory()
                            && path.getFileName().toString().startsWith(topic + "-"))) {
                return found.findAny().isPresent();
            } catch (UncheckedIOException e) {
                // One of its files was deleted while this looked.
                if (e.getCause() instanceof NoSuchFileException) return true;
                throw e;
            } catch (IOException e) {
                throw new UncheckedIOException("cannot tell what " + broker + " has left of " + topic, e);
            }
        });
    }

    public Product.Place place(int id) {
        return places.stream().filter(place -> place.id() == id).findFirst().orElseThrow();
    }

    /** Where a broker listens for clients. */
    public InetSocketAddress address(int id) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), place(id).kafka());
    }

    public NodeProcess node(int id) {
        NodeProcess node = nodes.get(id);
        if (node == null) throw new IllegalArgumentException("no node " + id);
        return node;
    }

    public List<Long> pids() {
        return nodes.values().stream().map(NodeProcess::pid).toList();
    }

    /** Has each one's Java write the addresses of what it has compiled to {@code /tmp/perf-PID.map}, where perf looks for them. */
    public void writeAddresses() {
        nodes.values().forEach(node -> {
            String answer = node.diagnose("Compiler.perfmap");
            // An older Java does not know the command.
            if (!answer.contains("success")) throw new IllegalStateException("jcmd Compiler.perfmap: " + answer);
        });
    }

    public OptionalInt quorumLeader(Admin admin) {
        return product.quorumLeader(admin, places);
    }

    /** What lies in the nodes' files is then on the disk, and not in memory. */
    public void evictFromPageCache() {
        for (Product.Place place : places) {
            try (Stream<Path> files = Files.walk(data(place.id()))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    run("sync", file.toString()); // what is not written stays
                    run("dd", "if=" + file, "iflag=nocache", "count=0", "status=none");
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot evict files of " + place + " from memory", e);
            }
        }
    }

    private static void run(String... command) throws IOException {
        try {
            // A file that was deleted meanwhile is not in memory either.
            int unused = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(String.join(" ", command));
        }
    }

    /** The product's name. */
    @Override
    public String toString() {
        return product.name();
    }

    /** Kills all. */
    @Override
    public void close() {
        nodes.values().forEach(NodeProcess::close);
    }
}
