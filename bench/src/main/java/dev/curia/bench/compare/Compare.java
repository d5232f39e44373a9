package dev.curia.bench.compare;

import dev.curia.bench.product.CuriaProduct;
import dev.curia.bench.product.Jvm;
import dev.curia.bench.product.KafkaProduct;
import dev.curia.bench.product.Layout;
import dev.curia.bench.product.Product;
import dev.curia.common.time.Clock;
import dev.curia.common.time.SystemClock;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.ObjDoubleConsumer;
import java.util.stream.Stream;

/**
 * Curia and Apache Kafka side by side: prints tables in Markdown and draws a chart. Arguments: Curia's distribution, the directory of Kafka's
 * jars, a directory for data, seconds in all, the chart's file, {@code brief} or {@code full}.
 */
public final class Compare {
    private static final String HEAP = "-Xms1g -Xmx1g";
    /** Of both. Files of topics that were measured should not stay for a minute. */
    private static final Map<String, String> SETTINGS = Map.of("log.segment.delete.delay.ms", "1000");

    /** The clients start cold, and should not be measured so. */
    private static final Plan REHEARSAL = new Plan(Layout.SINGLE, List.of(), false, List.of(), false, 0);

    private static final double REHEARSAL_SECONDS = 24;

    private final Product curia;
    private final Product kafka;
    private final Path directory;
    private final Clock clock;
    private final Results results = new Results();
    private final List<String> failures = new ArrayList<>();
    private final double loadBefore =
            ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    private int lives;
    private int rounds;

    private Compare(Product curia, Product kafka, Path directory, Clock clock) {
        this.curia = curia;
        this.kafka = kafka;
        this.directory = directory;
        this.clock = clock;
    }

    /** See the class. */
    public static void main(String[] arguments) throws IOException {
        Jvm jvm = Jvm.own(HEAP);
        Compare compare = new Compare(
                new CuriaProduct(Path.of(arguments[0]).toAbsolutePath(), jvm, SETTINGS),
                new KafkaProduct("Kafka", Path.of(arguments[1]), jvm, SETTINGS),
                Path.of(arguments[2]),
                new SystemClock());
        List<Plan> plans = "full".equals(arguments[5]) ? Plan.full() : Plan.brief();
        Budget budget = Budget.of(Double.parseDouble(arguments[3]) - REHEARSAL_SECONDS, plans);
        compare.measure(plans, budget, Double.parseDouble(arguments[3]));
        List<Comparison> comparisons = compare.results.comparisons();
        Path chart = Path.of(arguments[4]);
        Files.writeString(chart, RatioChart.of(comparisons), StandardCharsets.UTF_8);
        System.out.print("![Curia's figures divided by Kafka's](images/" + chart.getFileName() + ")\n\n"
                + compare.method(budget) + '\n' + Table.of(comparisons));
    }

    /** Whole rounds, and of the last one the layouts that there is time for; the first is measured whole in any case. */
    private void measure(List<Plan> plans, Budget budget, double seconds) {
        long start = clock.monotonicNanos();
        for (Product product : List.of(curia, kafka)) live(product, REHEARSAL, 1, (figure, value) -> {});
        Map<Plan, Double> longest = new HashMap<>();
        for (rounds = 0; rounds < budget.rounds(); rounds++) {
            for (Plan plan : plans) {
                double before = (clock.monotonicNanos() - start) / 1e9;
                if (rounds > 0 && before + longest.getOrDefault(plan, 0.0) > seconds) return;
                for (Product product : List.of(curia, kafka)) {
                    live(product, plan, budget.windowSeconds(), (figure, value) -> {
                        System.err.printf("  %s: %s%n", figure.name(), Table.number(value));
                        results.add(product.equals(curia), figure, value);
                    });
                }
                longest.merge(plan, (clock.monotonicNanos() - start) / 1e9 - before, Math::max);
            }
        }
    }

    private void live(Product product, Plan plan, double windowSeconds, ObjDoubleConsumer<Figure> figures) {
        System.err.printf("%s %s, %s%n", LocalTime.now(ZoneId.systemDefault()), product.name(), plan.layout());
        Path own = directory.resolve("life-" + lives++);
        try {
            try (Life life = new Life(product, plan, windowSeconds, own, clock, figures)) {
                life.live();
            }
            delete(own);
        } catch (ExecutionException | RuntimeException | IOException e) {
            // The others still say something; this one is told of below the tables, and its files stay until the end.
            failures.add(product.name() + ", " + plan.layout() + ": " + e);
            e.printStackTrace();
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        }
    }

    private String method(Budget budget) {
        return "The same stock Java client (" + System.getProperty("kafka.clients.version")
                + ") drives Curia and Apache Kafka "
                + System.getProperty("kafka.version") + ": " + rounds
                + " rounds, in each of which both were started anew, one after the other, on the same JVM with " + HEAP
                + ", the collector's options of their start scripts and their default settings. Numbers are medians"
                + " (least–most).\n"
                + "**A ratio is shown only where the medians differ by more than either spreads.** Windows of "
                + Table.number(budget.windowSeconds())
                + " s, each after a warm-up.\n\n"
                + "Servers and client share the cores, so throughput is bound by the client as much as by the servers,"
                + " and on a noisy machine it varies (load average before this began: " + Table.number(loadBefore)
                + "):\n"
                + "**CPU seconds are the figures to trust.** They are user and system time of all server processes"
                + " together, quorum nodes included, per GB (10^9 bytes) of values before compression;\n"
                + "without the threads of the just-in-time compilers, which rest after some minutes: they have a row of their own.\n"
                + "1 KiB: a GB is 0.98 million records. Values are text of random words, which compress to about half."
                + " Tuned batches: batch.size 128 KiB, linger.ms 10, buffer.memory 64 MiB.\n"
                + "At fixed rates the time of each record counts from when it was due, so that a stall counts for all"
                + " that it held up; CPU there includes a consumer's fetches.\n"
                + "Start: with the class-data archive that the distribution makes when it is built; Kafka has none.\n"
                + (failures.isEmpty() ? "" : "\nRuns that failed: " + String.join("; ", failures) + ".\n");
    }
}
