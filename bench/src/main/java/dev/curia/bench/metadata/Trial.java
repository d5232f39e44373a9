package dev.curia.bench.metadata;

import dev.curia.bench.product.Waits;
import dev.curia.common.loop.EventLoop;
import dev.curia.common.net.HostPort;
import dev.curia.common.time.SystemClock;
import dev.curia.metadata.client.QuorumChannels;
import dev.curia.metadata.client.QuorumClient;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.Topic;
import dev.curia.proto.admin.v1.CreateTopicsRequest;
import dev.curia.proto.admin.v1.CreateTopicsResponse;
import dev.curia.proto.admin.v1.DeleteTopicsRequest;
import dev.curia.proto.admin.v1.DeleteTopicsResponse;
import dev.curia.proto.admin.v1.NewTopic;
import dev.curia.proto.admin.v1.TopicRef;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import dev.curia.proto.metadata.v1.AllocateProducerIdsRequest;
import dev.curia.proto.metadata.v1.AllocateProducerIdsResponse;
import io.grpc.InsecureChannelCredentials;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/** One cluster and everything that is measured on it. Used once. */
final class Trial implements AutoCloseable {
    static final int TOPIC_PARTITIONS = 100;
    static final int REPLICAS = 3;
    static final int IN_FLIGHT = 4;
    static final int WATCHING = 3;
    private static final int LARGE_TOPIC = 10_000;
    private static final int KILLS = 3;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration REQUEST = Duration.ofMinutes(1);

    private final SystemClock clock = new SystemClock();
    private final Path directory;
    private final Figures figures;
    private final QuorumNodes nodes;
    private final EventLoop loop;
    private final QuorumChannels channels = new QuorumChannels(InsecureChannelCredentials.create());
    private final QuorumClient client;
    private final List<SimulatedBroker> brokers = new ArrayList<>();
    private final Map<Integer, Long> emptyHeaps = new HashMap<>();
    private final Map<Integer, Long> emptyLogs = new HashMap<>();
    private final int watching; // the first of the brokers; the last one never does
    private long index; // of the newest change known

    /** @param home the built distribution */
    Trial(Path home, Path directory, int brokerCount, Figures figures) {
        this.directory = directory;
        this.figures = figures;
        watching = Math.min(WATCHING, brokerCount - 1);
        nodes = new QuorumNodes(home, directory);
        loop = newLoop("client");
        client = new QuorumClient(channels, nodes.addresses(), REQUEST, loop, clock, new Random());
        for (int id = 1; id <= brokerCount; id++) brokers.add(broker(id));
    }

    private SimulatedBroker broker(int id) {
        return new SimulatedBroker(
                id,
                nodes.addresses(),
                id <= watching ? Optional.empty() : Optional.of(brokers.get(brokers.size() % watching)));
    }

    private EventLoop newLoop(String name) {
        EventLoop made = new EventLoop(name, 16_384, clock, (what, cause) -> {
            throw new IllegalStateException(what, cause);
        });
        made.start();
        return made;
    }

    void run() throws IOException {
        nodes.start();
        nodes.leader();
        brokers.forEach(SimulatedBroker::start);
        Waits.until("all brokers unfenced", PATIENCE, () -> brokers.stream().allMatch(SimulatedBroker::isUnfenced));
        for (int id : nodes.ids()) {
            emptyHeaps.put(id, nodes.heapBytes(id));
            emptyLogs.put(id, nodes.logBytes(id));
        }
        createTopics();
        sizes();
        brokerImage();
        largeTopic();
        StoredImage.measure(image(), directory.resolve("store"), figures);
        brokerDeath();
        controllerKills();
    }

    private MetadataImage image() {
        return brokers.get(0).watched().image();
    }

    private void createTopics() {
        int topics = figures.partitions() / TOPIC_PARTITIONS;
        long[] latencies = new long[topics];
        Semaphore free = new Semaphore(IN_FLIGHT);
        List<CompletableFuture<Long>> created = new ArrayList<>();
        long start = clock.monotonicNanos();
        for (int i = 0; i < topics; i++) {
            free.acquireUninterruptibly();
            int number = i;
            long sent = clock.monotonicNanos();
            created.add(create("topic-" + i, TOPIC_PARTITIONS).whenComplete((done, failure) -> {
                latencies[number] = clock.monotonicNanos() - sent;
                free.release();
            }));
        }
        for (CompletableFuture<Long> each : created) index = Math.max(index, each.join());
        long took = clock.monotonicNanos() - start;
        Arrays.sort(latencies);
        figures.text(
                "partitions created a second",
                String.format(Locale.ROOT, "%,d", Math.round(figures.partitions() * 1e9 / took)));
        figures.text(
                "a request, median / 99% / worst",
                String.format(
                        Locale.ROOT,
                        "%.1f / %.1f / %.1f ms",
                        latencies[topics / 2] / 1e6,
                        latencies[topics * 99 / 100] / 1e6,
                        latencies[topics - 1] / 1e6));
        awaitWatchers();
    }

    /** The index that holds it. */
    private CompletableFuture<Long> create(String name, int partitions) {
        return client.createTopics(CreateTopicsRequest.newBuilder()
                        .addTopics(NewTopic.newBuilder()
                                .setName(name)
                                .setPartitions(partitions)
                                .setReplicationFactor(REPLICAS))
                        .build())
                .thenApply(Trial::indexOf);
    }

    private static long indexOf(CreateTopicsResponse response) {
        require(response.getTopics(0).getStatus());
        return response.getIndex();
    }

    private static void require(Status status) {
        if (status.getCode() != ErrorCode.NONE) throw new IllegalStateException("refused: " + status);
    }

    private void awaitWatchers() {
        watchers().forEach(watched -> watched.awaitIndex(index));
    }

    private List<WatchedImage> watchers() {
        return brokers.subList(0, watching).stream()
                .map(SimulatedBroker::watched)
                .toList();
    }

    private void sizes() {
        int leader = nodes.leader();
        nodes.ids().forEach(id -> nodes.awaitApplied(id, index));
        int follower =
                nodes.ids().stream().filter(id -> id != leader).findFirst().orElseThrow();
        figures.bytesEach("heap bytes on the quorum's leader, each partition", grown(leader));
        figures.bytesEach("heap bytes on a quorum follower, each partition", grown(follower));
        figures.text("the leader's process in all", (nodes.residentBytes(leader) >> 20) + " MiB");
        figures.bytesEach(
                "bytes of the Raft log, each partition",
                nodes.logBytes(follower) - emptyLogs.getOrDefault(follower, 0L));
    }

    private long grown(int id) {
        return nodes.heapBytes(id) - emptyHeaps.getOrDefault(id, 0L);
    }

    /** One more watcher, with a copy of its own. */
    private void brokerImage() {
        long before = usedHeap();
        EventLoop own = newLoop("fresh");
        try (QuorumChannels connections = new QuorumChannels(InsecureChannelCredentials.create());
                WatchedImage fresh = new WatchedImage(connections, nodes.addresses(), own)) {
            long start = clock.monotonicNanos();
            fresh.start();
            fresh.awaitIndex(index);
            figures.time("a broker that starts has the metadata after", clock.monotonicNanos() - start);
            figures.bytesEach("heap bytes on a broker, each partition", usedHeap() - before);
            if (fresh.image().digest() != image().digest()) throw new IllegalStateException("images differ");
        } finally {
            own.close();
        }
    }

    private static long usedHeap() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }

    private void largeTopic() {
        long start = clock.monotonicNanos();
        index = create("large", LARGE_TOPIC).join();
        figures.text(
                String.format(Locale.ROOT, "one topic of %,d partitions more", LARGE_TOPIC),
                Figures.millis(clock.monotonicNanos() - start));
        awaitWatchers();
        start = clock.monotonicNanos();
        DeleteTopicsResponse deleted = client.deleteTopics(DeleteTopicsRequest.newBuilder()
                        .addTopics(TopicRef.newBuilder().setName("large"))
                        .build())
                .join();
        require(deleted.getTopics(0).getStatus());
        figures.text("its deletion", Figures.millis(clock.monotonicNanos() - start));
        index = deleted.getIndex();
        awaitWatchers();
    }

    /** The last of the brokers that do not watch. */
    private void brokerDeath() {
        SimulatedBroker victim = brokers.remove(brokers.size() - 1);
        HostPort controller = nodes.address(nodes.leader());
        EventLoop own = newLoop("controller-watch");
        try (QuorumChannels connections = new QuorumChannels(InsecureChannelCredentials.create());
                WatchedImage first = new WatchedImage(connections, List.of(controller), own)) {
            first.start();
            first.awaitIndex(index);
            // The last record of those that a death means.
            CompletableFuture<Long> committed = first.when(image -> !image.isAlive(victim.id()));
            List<CompletableFuture<Long>> seen = watchers().stream()
                    .map(watched -> watched.when(image -> !image.isAlive(victim.id())))
                    .toList();
            long[] counts = counts(image(), victim.id());
            long start = clock.monotonicNanos();
            victim.close();
            long done = committed.join() - start;
            long last = seen.stream().mapToLong(CompletableFuture::join).max().orElse(start);
            figures.text(
                    "replicas / leaders on a broker that dies",
                    String.format(Locale.ROOT, "%,d / %,d", counts[0], counts[1]));
            figures.text("new leaders for all, seen at the controller's node", Figures.millis(done));
            figures.text("seen by all brokers that watch", Figures.millis(last - start));
            index = image().index();
            requireLed(image(), victim.id());
        } finally {
            own.close();
        }
    }

    private static long[] counts(MetadataImage image, int broker) {
        long[] counts = new long[2];
        for (Topic topic : image.topics()) {
            topic.partitions().forEach(partition -> {
                if (partition.replicas().contains(broker)) counts[0]++;
                if (partition.leader() == broker) counts[1]++;
            });
        }
        return counts;
    }

    private static void requireLed(MetadataImage image, int dead) {
        image.topics()
                .forEach(topic -> topic.partitions().forEach(partition -> {
                    if (!partition.hasLeader() || partition.isr().contains(dead)) {
                        throw new IllegalStateException("of " + topic.name() + " after a broker's death: " + partition);
                    }
                }));
    }

    private void controllerKills() {
        long[] failovers = new long[KILLS];
        long[] restarts = new long[KILLS];
        for (int i = 0; i < KILLS; i++) {
            allocate();
            int leader = nodes.leader();
            long start = clock.monotonicNanos();
            nodes.process(leader).kill();
            allocate();
            failovers[i] = clock.monotonicNanos() - start;
            awaitWatchers();
            long fenced = image().brokers().stream().filter(b -> b.fenced()).count();
            if (fenced != 1)
                throw new IllegalStateException(fenced + " brokers are fenced after the controller's death");
            start = clock.monotonicNanos();
            nodes.start();
            nodes.awaitApplied(leader, index);
            restarts[i] = clock.monotonicNanos() - start;
        }
        figures.times("a new controller's first change after the old one was killed", failovers);
        figures.times("a killed node, from its start to up to date", restarts);
    }

    private void allocate() {
        SimulatedBroker broker = brokers.get(0);
        AllocateProducerIdsResponse response = client.allocateProducerIds(AllocateProducerIdsRequest.newBuilder()
                        .setBrokerId(broker.id())
                        .setBrokerEpoch(broker.epoch())
                        .build())
                .join();
        require(response.getStatus());
    }

    @Override
    public void close() {
        brokers.forEach(SimulatedBroker::close);
        channels.close();
        loop.close();
        nodes.close();
    }
}
