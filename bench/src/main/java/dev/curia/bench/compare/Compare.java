package dev.curia.bench.compare;

import dev.curia.bench.load.SpareMemory;
import dev.curia.bench.product.Directories;
import dev.curia.bench.product.Jvm;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.ObjDoubleConsumer;

/**
 * Curia beside Apache Kafka, or beside itself: prints tables in Markdown. Arguments: Curia's distribution, the directory of Kafka's jars, a
 * directory for data, seconds in all, and {@code durability}, or {@code brief} or {@code full} and the file of a chart.
 */
public final class Compare {
    /** Of each server, of whatever product. */
    public static final String HEAP = "-Xms1g -Xmx1g";
    /** The clients start cold, and should not be measured so. */
    private static final Plan REHEARSAL = new Plan(Layout.SINGLE, List.of(), List.of(), false, List.of(), false, 0);

    private static final Budget SHORT = new Budget(1, 1, 0.5);
    private static final double REHEARSAL_SECONDS = 50;

    private final Contest contest;
    private final SpareMemory memory;
    private final Path directory;
    private final Clock clock;
    private final Results results = new Results();
    private final List<String> failures = new ArrayList<>();
    private final double loadBefore =
            ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    private int lives;
    private int rounds;

    private Compare(Contest contest, SpareMemory memory, Path directory, Clock clock) {
        this.contest = contest;
        this.memory = memory;
        this.directory = directory;
        this.clock = clock;
    }

    /** See the class. */
    public static void main(String[] arguments) throws IOException {
        Path home = Path.of(arguments[0]).toAbsolutePath();
        Path kafka = Path.of(arguments[1]);
        Path directory = Path.of(arguments[2]);
        double seconds = Double.parseDouble(arguments[3]);
        Jvm jvm = Jvm.own(HEAP);
        boolean durability = "durability".equals(arguments[4]);
        Contest contest =
                durability ? Contest.ofDurability(home, jvm) : Contest.withKafka(home, kafka, jvm, arguments[4]);
        Budget budget = Budget.of(seconds - REHEARSAL_SECONDS, contest.plans());
        try (SpareMemory memory = SpareMemory.open()) {
            Compare compare = new Compare(contest, memory, directory, new SystemClock());
            compare.measure(budget, seconds);
            List<Comparison> comparisons = compare.results.comparisons();
            if (!durability) draw(comparisons, Path.of(arguments[5]));
            System.out.print(compare.method(budget)
                    + '\n'
                    + Table.of(
                            comparisons, contest.one().name(), contest.other().name()));
        }
    }

    private static void draw(List<Comparison> comparisons, Path chart) throws IOException {
        Files.writeString(chart, RatioChart.of(comparisons), StandardCharsets.UTF_8);
        System.out.print("![Curia's figures divided by Kafka's](images/" + chart.getFileName() + ")\n\n");
    }

    /** Whole rounds, and of the last one the layouts that there is time for; the first is measured whole in any case. */
    private void measure(Budget budget, double seconds) {
        long start = clock.monotonicNanos();
        for (Product product : inOrder(0)) live(product, REHEARSAL, SHORT, (figure, value) -> {});
        Map<Plan, Double> longest = new HashMap<>();
        for (rounds = 0; rounds < budget.rounds(); rounds++) {
            for (Plan plan : contest.plans()) {
                double before = (clock.monotonicNanos() - start) / 1e9;
                if (rounds > 0 && before + longest.getOrDefault(plan, 0.0) > seconds) return;
                for (Product product : inOrder(rounds)) {
                    live(product, plan, budget, (figure, value) -> {
                        System.err.printf("  %s: %s%n", figure.name(), Table.number(value));
                        results.add(
                                product.equals(contest.one()),
                                contest.targets() ? figure : figure.withTarget(Double.NaN),
                                value);
                    });
                }
                longest.merge(plan, (clock.monotonicNanos() - start) / 1e9 - before, Math::max);
            }
        }
    }

    /** By turns: what one leaves behind in the machine, the other meets. */
    private List<Product> inOrder(int round) {
        return round % 2 == 0 ? List.of(contest.one(), contest.other()) : List.of(contest.other(), contest.one());
    }

    private void live(Product product, Plan plan, Budget budget, ObjDoubleConsumer<Figure> figures) {
        System.err.printf("%s %s, %s%n", LocalTime.now(ZoneId.systemDefault()), product.name(), plan.layout());
        Path own = directory.resolve("life-" + lives++);
        try {
            try (Life life = new Life(product, plan, budget, memory, own, clock, figures)) {
                life.live();
            }
            Directories.delete(own);
        } catch (ExecutionException | RuntimeException | IOException e) {
            // The others still say something; this one is told of below the tables, and its files stay until the end.
            failures.add(product.name() + ", " + plan.layout() + ": " + e);
            e.printStackTrace();
        }
    }

    private String method(Budget budget) {
        return "The same stock Java client (" + System.getProperty("kafka.clients.version")
                + ") drives " + contest.both() + ": " + rounds
                + " rounds, in each of which both were started anew, one after the other and by turns the first, on the same JVM with "
                + HEAP
                + ", the collector of their start scripts (Curia: parallel, Kafka: G1) and their default settings. Numbers are medians"
                + " (least–most).\n"
                + "**A ratio is shown only where the medians differ by more than either spreads.** Windows of "
                + Table.number(budget.windowSeconds())
                + " s. Before the first of them, and before those at a fixed rate, the servers were loaded until the just-in-time"
                + " compilers of all of them together took less than a twentieth of a processor twice in a row, for at most "
                + Table.number(budget.patience() * Budget.WARM_UP_SECONDS) + " and "
                + Table.number(budget.patience() * Budget.RATE_WARM_UP_SECONDS)
                + " s for each server. What was written is deleted before anything else is measured. "
                + SpareMemory.WHY + "\n\n"
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
                + contest.aim()
                + (failures.isEmpty() ? "" : "\nRuns that failed: " + String.join("; ", failures) + ".\n");
    }
}
