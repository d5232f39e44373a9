package dev.curia.bench.availability;

import dev.curia.bench.product.CuriaProduct;
import dev.curia.bench.product.Jvm;
import dev.curia.bench.product.KafkaProduct;
import dev.curia.bench.product.Layout;
import dev.curia.bench.product.Product;
import dev.curia.common.time.SystemClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The longest time without an acknowledgement after each {@link Fault}, for Curia and for Apache Kafka. Prints a table in Markdown.
 * Arguments: Curia's distribution, the directory of Kafka's jars, a directory for data, seconds in all.
 */
public final class Availability {
    private static final SystemClock CLOCK = new SystemClock();
    private static final String HEAP = "-Xmx384m";
    private static final int MAX_ROUNDS = 5;
    private static final Duration CALM = Duration.ofMillis(2_500);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** All else is the client's default. A frozen node is given up after request.timeout.ms, 30 s by default, which would hide what brokers do. */
    private static final Map<String, Object> PRODUCER = Map.of("acks", "all", "request.timeout.ms", 1_000);

    private final List<Product> products;
    private final Path directory;
    private final long nanosEach;
    private final Map<Fault, Map<String, List<Long>>> gaps = new EnumMap<>(Fault.class);

    private Availability(List<Product> products, Path directory, long seconds) {
        this.products = products;
        this.directory = directory;
        this.nanosEach = seconds * 1_000_000_000L / products.size();
    }

    /** See the class. */
    public static void main(String[] arguments) throws IOException {
        Path kafka = Path.of(arguments[1]);
        Jvm jvm = Jvm.own(HEAP);
        // With Curia's time-outs as well: the defaults differ threefold.
        Map<String, String> asCuria =
                Map.of("broker.session.timeout.ms", "3000", "broker.heartbeat.interval.ms", "500");
        Availability availability = new Availability(
                List.of(
                        new CuriaProduct("Curia", Path.of(arguments[0]).toAbsolutePath(), jvm, Map.of()),
                        new KafkaProduct("Kafka, Curia's session timeout", kafka, jvm, asCuria),
                        new KafkaProduct("Kafka, its defaults", kafka, jvm, Map.of())),
                Path.of(arguments[2]),
                Long.parseLong(arguments[3]));
        availability.measure();
        System.out.print(availability.table());
    }

    private void measure() {
        for (Product product : products) {
            long end = CLOCK.monotonicNanos() + nanosEach;
            Path own = directory.resolve(product.name().replaceAll("[^A-Za-z]+", "-"));
            List<Fault> combined =
                    Arrays.stream(Fault.values()).filter(Fault::combined).toList();
            List<Fault> apart =
                    Arrays.stream(Fault.values()).filter(f -> !f.combined()).toList();
            rounds(product, combined, CLOCK.monotonicNanos() + nanosEach / 4, own.resolve("combined"));
            rounds(product, apart, end, own.resolve("apart"));
        }
    }

    /** As many whole rounds as there is time for, one at least; each has every fault once. */
    private void rounds(Product product, List<Fault> faults, long end, Path data) {
        try (Cluster cluster = new Cluster(product, faults.get(0).combined() ? Layout.COMBINED : Layout.APART, data)) {
            cluster.start();
            try (Acknowledgements acks = new Acknowledgements(cluster.bootstrapServers(), PRODUCER)) {
                acks.awaitCalm(Duration.ofSeconds(3), PATIENCE);
                long round = 0;
                for (int i = 0; i < MAX_ROUNDS && (i == 0 || CLOCK.monotonicNanos() + round <= end); i++) {
                    long start = CLOCK.monotonicNanos();
                    for (Fault fault : faults) one(cluster, acks, fault);
                    round = CLOCK.monotonicNanos() - start;
                }
                if (acks.failed() > 0) System.err.println(product.name() + ": " + acks.failed() + " records failed");
            }
        }
    }

    private void one(Cluster cluster, Acknowledgements acks, Fault fault) {
        cluster.heal();
        acks.awaitCalm(CALM, PATIENCE);
        acks.reset();
        System.err.printf("%s %s: %s%n", LocalTime.now(ZoneId.systemDefault()), cluster, fault);
        fault.inject(cluster);
        acks.awaitCalm(CALM, PATIENCE);
        long gap = acks.longestMillis();
        System.err.printf("  %d ms%n", gap);
        gaps.computeIfAbsent(fault, f -> new HashMap<>())
                .computeIfAbsent(cluster.toString(), name -> new ArrayList<>())
                .add(gap);
    }

    private String table() {
        StringBuilder text = new StringBuilder();
        String names = products.stream().map(Product::name).collect(Collectors.joining(" | "));
        text.append("| fault | target for Curia | ").append(names).append(" |\n| --- | ---: |");
        text.append(" ---: |".repeat(products.size())).append('\n');
        for (Fault fault : Fault.values()) {
            text.append("| ").append(fault.what()).append(" | ");
            text.append(fault.targetMillis() == 0 ? "" : fault.targetMillis() + " ms")
                    .append(" |");
            for (Product product : products) {
                text.append(' ')
                        .append(cell(gaps.getOrDefault(fault, Map.of()).get(product.name())))
                        .append(" |");
            }
            text.append('\n');
        }
        return text.append('\n').append(method()).toString();
    }

    private static String cell(@Nullable List<Long> gaps) {
        if (gaps == null) return "";
        List<Long> sorted = gaps.stream().sorted().toList();
        return sorted.get(sorted.size() / 2) + " / " + sorted.get(sorted.size() - 1) + " ms (" + sorted.size() + ")";
    }

    private static String method() {
        return "Median / worst (times measured). Longest time that any of " + Cluster.PARTITIONS
                + " partitions went without an acknowledgement, "
                + Acknowledgements.EVERY_MILLIS + " ms between the records of one partition, "
                + Acknowledgements.RECORD_BYTES
                + " bytes each; three replicas, min.insync.replicas 2. Three brokers and three quorum nodes, each a"
                + " process of its own with "
                + HEAP + "; three processes that are both for the last row.\nOne stock Java producer ("
                + System.getProperty("kafka.clients.version") + "), its defaults but for "
                + PRODUCER.entrySet().stream()
                        .map(e -> e.getKey() + "=" + e.getValue())
                        .sorted()
                        .collect(Collectors.joining(", "))
                + ": linger.ms 5, retry.backoff.ms 100, reconnect.backoff.ms 50 to 1000, idempotent.\n"
                + "Servers have their defaults: sessions of brokers time out after 3 s (Curia) and 9 s (Kafka).\n";
    }
}
