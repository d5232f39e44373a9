package dev.curia.broker.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.curia.broker.Format;
import dev.curia.broker.Node;
import dev.curia.broker.config.NodeConfig;
import dev.curia.broker.config.ServerSettings;
import dev.curia.common.net.HostPort;
import dev.curia.common.time.SystemClock;
import dev.curia.testkit.FreePorts;
import dev.curia.testkit.Memory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Every kind and version of request that a node with ACLs advertises, with random and mutated bodies, hostile lengths and counts, from
 * clients that may do everything, nothing, or have yet to log in: each is answered or its connection closed, no handler fails in a way it
 * did not expect, no thread dies, and memory stays flat. As many as a few seconds allow; {@code -Dfuzz.requests=1000000} for more,
 * {@code -Dfuzz.seed=N} for others.
 */
class FuzzTest {
    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(FuzzTest.class);
    private static final int REQUESTS = Integer.getInteger("fuzz.requests", 6_000);
    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final int PARTS = 4;
    private static final long ROOM_BYTES = 100L << 20;
    /** Threads that end only with the node. */
    private static final Pattern LASTING = Pattern.compile(
            "(kafka-network|rpc-server|partition-loop|replica-|replication-|log-|disk-read|groups?-|transactions|broker-timers|metadata|controller).*");

    @TempDir
    Path directory;

    private final Queue<String> faults = new ConcurrentLinkedQueue<>();
    private final Map<String, Level> levels = new HashMap<>();
    private final Errors errors = new Errors();
    private Thread.@Nullable UncaughtExceptionHandler before;
    private @Nullable Node running;
    private int saslPort;

    @BeforeEach
    void start() throws Exception {
        quiet("dev.curia", Level.ERROR);
        quiet("org.apache", Level.ERROR);
        quiet("io", Level.ERROR);
        errors.start();
        ((Logger) LoggerFactory.getLogger("dev.curia")).addAppender(errors);
        before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> faults.add(thread.getName() + " died: " + e));
        List<Integer> ports = FreePorts.find(3);
        saslPort = ports.get(2);
        Map<String, String> settings = new HashMap<>();
        settings.put("process.roles", "quorum,broker");
        settings.put("node.id", "1");
        settings.put("cluster.id", "fuzz");
        settings.put("listeners", "PLAINTEXT://127.0.0.1:0,SASL://127.0.0.1:" + saslPort);
        settings.putAll(logins());
        settings.put("rpc.listener", "127.0.0.1:0");
        settings.put("http.listener", "127.0.0.1:0");
        settings.put("quorum.voters", "1@127.0.0.1:" + ports.get(0) + ":" + ports.get(1));
        settings.put("quorum.data.dir", directory.resolve("quorum").toString());
        settings.put("log.dirs", directory.resolve("logs").toString());
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("offsets.topic.num.partitions", "3");
        settings.put("group.initial.rebalance.delay.ms", "0");
        settings.put("group.min.session.timeout.ms", "1");
        settings.put("group.max.session.timeout.ms", "1000");
        settings.put("group.max.size", "20");
        settings.put("auto.create.topics.enable", "false");
        settings.put("curia.producers.per.partition.max", "1000");
        Node node = Node.start(
                NodeConfig.of(ServerSettings.of(settings)),
                Format.VOTER,
                new SystemClock(),
                (what, cause) -> faults.add(what + ": " + cause));
        running = node;
        node.awaitReady();
    }

    /** Passwords are names; sessions end, so that who is logged in may log in again. */
    private static Map<String, String> logins() {
        return Map.of(
                "listener.security.protocol.map",
                "PLAINTEXT:PLAINTEXT,SASL:SASL_PLAINTEXT",
                "sasl.enabled.mechanisms",
                "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
                "listener.name.sasl.plain.sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required"
                        + " user_root=\"root\" user_nobody=\"nobody\";",
                "connections.max.reauth.ms",
                "3600000",
                "connection.failed.authentication.delay.ms",
                "0",
                "authorizer.class.name",
                "standard",
                "super.users",
                "User:ANONYMOUS;User:root");
    }

    @AfterEach
    void stop() {
        node().close();
        ((Logger) LoggerFactory.getLogger("dev.curia")).detachAppender(errors);
        Thread.setDefaultUncaughtExceptionHandler(before);
        levels.forEach((name, level) -> ((Logger) LoggerFactory.getLogger(name)).setLevel(level));
    }

    private Node node() {
        return Objects.requireNonNull(running);
    }

    private void quiet(String name, Level level) {
        Logger logger = (Logger) LoggerFactory.getLogger(name);
        levels.put(name, logger.getLevel());
        logger.setLevel(level);
    }

    @Test
    void whateverIsSentIsAnsweredOrClosedAndHurtsNobody() throws Exception {
        stillServes("first");
        Door open = new Door(address(bootstrap().port()), List.of());
        Door guarded = new Door(address(saslPort), List.of("root", "nobody"));
        List<FuzzRun> clients = List.of(
                new FuzzRun(open, open.address(), new SplittableRandom(SEED)),
                new FuzzRun(guarded, open.address(), new SplittableRandom(SEED + 1)));
        List<Form> forms = FuzzRun.forms(guarded.address());
        Tally tally = send(clients, REQUESTS / PARTS);
        Set<Thread> threads = nodeThreads();
        List<Long> used = new ArrayList<>(List.of(Memory.usedBytes()));
        for (int part = 1; part < PARTS; part++) {
            tally.add(send(clients, REQUESTS / PARTS));
            used.add(Memory.usedBytes());
        }
        stillServes("last");

        ((Logger) LoggerFactory.getLogger(FuzzTest.class)).setLevel(Level.INFO);
        LOG.info("FIGURE fuzz: {} requests of {} kinds and versions, seed {}", REQUESTS, forms.size(), SEED);
        for (Tally.Way way : Tally.Way.values()) LOG.info("FIGURE fuzz: {}: {}", way, tally.of(way));
        LOG.info(
                "FIGURE fuzz: MiB used after each {} requests: {}",
                REQUESTS / PARTS,
                used.stream().map(bytes -> bytes >> 20).toList());
        LOG.info("FIGURE fuzz: {} lasting threads, all alive: {}", threads.size(), alive(threads));
        assertThat(faults).as("threads that died, invariants that broke").isEmpty();
        assertThat(errors.counts).as("what the node found wrong with itself").isEmpty();
        assertThat(tally.unanswered())
                .as("frames that were not answered, and whose connections were not closed")
                .isEmpty();
        assertThat(tally.missing(forms)).isEmpty();
        assertThat(threads).as("lasting threads").hasSizeGreaterThan(10);
        assertThat(alive(threads)).as("none of them has ended").isTrue();
        assertThat(Collections.max(used)).as("bytes used").isLessThan(used.get(0) + ROOM_BYTES);
    }

    private static boolean alive(Set<Thread> threads) {
        return threads.stream().allMatch(Thread::isAlive);
    }

    private static Set<Thread> nodeThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> LASTING.matcher(thread.getName()).matches())
                .collect(Collectors.toSet());
    }

    private static Tally send(List<FuzzRun> clients, int requests) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(clients.size());
        try {
            List<Callable<Tally>> tasks = new ArrayList<>();
            for (FuzzRun client : clients) tasks.add(() -> client.send(requests / clients.size()));
            Tally tally = new Tally();
            for (Future<Tally> done : threads.invokeAll(tasks)) tally.add(done.get());
            return tally;
        } finally {
            threads.shutdownNow();
        }
    }

    private HostPort bootstrap() {
        return HostPort.parse(node().bootstrapServer());
    }

    private static InetSocketAddress address(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private void stillServes(String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", node().bootstrapServer()))) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get(30, TimeUnit.SECONDS);
            assertThat(admin.listTopics().names().get(30, TimeUnit.SECONDS)).contains(topic);
        }
    }

    /** Everything that the node finds wrong with itself; what is wrong with requests it only warns of. */
    private static final class Errors extends AppenderBase<ILoggingEvent> {
        private final Map<String, Integer> counts = new ConcurrentHashMap<>();

        @Override
        protected void append(ILoggingEvent event) {
            if (!event.getLevel().isGreaterOrEqual(Level.ERROR)) return;
            String text = event.getFormattedMessage()
                    .replaceAll("^PLAINTEXT [^:]*:[0-9]+: ", "")
                    .replaceAll("clientId=.*", "");
            String cause = event.getThrowableProxy() == null
                    ? ""
                    : ": " + event.getThrowableProxy().getClassName();
            if (counts.size() < 100) counts.merge(text + cause, 1, Integer::sum);
        }
    }
}
