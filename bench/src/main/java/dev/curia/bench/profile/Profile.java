package dev.curia.bench.profile;

import dev.curia.bench.compare.Compare;
import dev.curia.bench.compare.Contest;
import dev.curia.bench.compare.Table;
import dev.curia.bench.floor.Floor;
import dev.curia.bench.load.SpareMemory;
import dev.curia.bench.product.Directories;
import dev.curia.bench.product.Jvm;
import dev.curia.bench.product.Layout;
import dev.curia.bench.product.Product;
import dev.curia.common.time.Clock;
import dev.curia.common.time.SystemClock;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;

/**
 * Where the processor time of Curia and Apache Kafka goes: prints tables in Markdown. Arguments: Curia's distribution, the directory of Kafka's
 * jars, a directory for data, and seconds in all.
 */
public final class Profile {
    private final Contest withKafka;
    private final Contest ofDurability;
    private final Pace pace;
    private final SpareMemory memory;
    private final Path directory;
    private final Clock clock;
    private final List<String> failures = new ArrayList<>();
    private final double loadBefore =
            ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();

    private Profile(
            Contest withKafka, Contest ofDurability, Pace pace, SpareMemory memory, Path directory, Clock clock) {
        this.withKafka = withKafka;
        this.ofDurability = ofDurability;
        this.pace = pace;
        this.memory = memory;
        this.directory = directory;
        this.clock = clock;
    }

    /** See the class. */
    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[2]);
        new PerfCheck(directory).check();
        Path home = Path.of(arguments[0]).toAbsolutePath();
        Jvm jvm = Jvm.own(Compare.HEAP);
        try (SpareMemory memory = SpareMemory.open()) {
            Profile profile = new Profile(
                    Contest.withKafka(home, Path.of(arguments[1]), jvm, "brief"),
                    Contest.ofDurability(home, jvm),
                    Pace.of(Double.parseDouble(arguments[3])),
                    memory,
                    directory,
                    new SystemClock());
            StringBuilder tables = new StringBuilder(profile.floor());
            for (Course course : Course.values()) tables.append(profile.tables(course));
            System.out.print(profile.method() + tables);
        }
    }

    /** Before servers have filled the page cache. */
    private String floor() throws IOException {
        return "\n### What the machine takes at least\nBare threads, sockets and files, that check nothing and keep nothing else, alone on the"
                + " machine: what a broker's parts would cost at least. Of the servers' side only. A record for three replicas is written"
                + " three times, sent to two followers, acknowledged by both, and then to the producer; a consumer waits for each.\n\n"
                + Floor.measure(memory, directory, pace.loadWarmSeconds(), clock)
                        .table();
    }

    /** Product after product; only what was profiled of both has a table. */
    private String tables(Course course) throws IOException {
        Contest contest = course == Course.ON_THE_DISKS ? ofDurability : withKafka;
        // Loads are known by their titles: each product has its own.
        Map<String, Profiled> ofOne = new LinkedHashMap<>();
        live(contest.one(), course, (load, profiled) -> ofOne.put(load.title(), profiled));
        StringBuilder tables = new StringBuilder();
        live(contest.other(), course, (load, profiled) -> {
            Profiled one = ofOne.get(load.title());
            if (one == null) return;
            tables.append('\n')
                    .append(ProfileTable.of(
                            load, contest.one().name(), one, contest.other().name(), profiled));
        });
        return tables.toString();
    }

    private void live(Product product, Course course, BiConsumer<Load, Profiled> results) throws IOException {
        System.err.printf("%s %s, %s%n", LocalTime.now(ZoneId.systemDefault()), product.name(), course);
        Path own = directory.resolve(product.name() + "-" + course);
        try (ProfiledLife life = new ProfiledLife(product, course, pace, memory, own, clock)) {
            life.live(results);
        } catch (ExecutionException | RuntimeException | IOException e) {
            // The others still say something; this one is told of above the tables, and its files stay until the end.
            failures.add(product.name() + ", " + course + ": " + e);
            e.printStackTrace();
            return;
        }
        Directories.delete(own);
    }

    private String method() {
        String most = Table.number(pace.mostWarmUpSeconds(Layout.SINGLE)) + " s for one broker, "
                + Table.number(pace.mostWarmUpSeconds(Layout.COMBINED)) + " s for three and "
                + Table.number(pace.mostRateWarmUpSeconds()) + " s more at fixed rates";
        return "Where the time goes that the comparison counts, for some of its loads: " + withKafka.both()
                + ", each started anew with the same JVM, heap and settings as there, driven by the same clients ("
                + System.getProperty("kafka.clients.version")
                + "), one product after the other. At the end: what it costs Curia that acknowledged records are on the disks.\n"
                + "During a window of " + Table.number(pace.windowSeconds())
                + " s all server processes were sampled by Linux's `perf`, " + Perf.HERTZ
                + " times for each second that a processor was theirs. The servers were loaded before, with large and"
                + " small batches, and before fixed rates with these, until the just-in-time compilers of all of them together took less"
                + " than a twentieth of a processor twice in a row, for at most " + most
                + "; and with the load itself for "
                + Table.number(pace.loadWarmSeconds()) + " s. " + SpareMemory.WHY + " Load average before this began: "
                + Table.number(loadBefore) + ".\n\n"
                + "The first row is what the servers used, measured as in the comparison, without the just-in-time"
                + " compilers' threads; the other rows are its parts, by where the samples were, but the last one: what the clients' process used besides,"
                + " which bounds the throughput, as both have the same processors. **Places in the kernel go"
                + " by what it was asked for**: sending and receiving include what goes on below them, on one machine"
                + " also the receiver's part of the network.\n"
                + "Of Java it counts which compiled method ran: what it has inlined is in it, so that much of Java's library"
                + " is in the broker's own code, and of the libraries' code in each other's. The broker's own code is that of"
                + " Curia, of Kafka, whose protocol classes Curia uses, and of Scala.\n"
                + "Virtual machines often cannot count cycles: what the kernel does with interrupts off is then seen where it turns"
                + " them on again, as in `_raw_spin_unlock_irqrestore` and `finish_task_switch`.\n"
                + "With n samples of a place one must expect it to be off by √n of them. Below each table: the"
                + " functions in which samples were most often; then how long the window was, and for the kinds of threads that had most to do"
                + " how long they worked, and how long they were ready to but had no processor, in percent of one (and how long each time; all"
                + " servers together, by the first letters of the threads' names).\n"
                + (failures.isEmpty() ? "" : "\nRuns that failed: " + String.join("; ", failures) + ".\n");
    }
}
