package dev.curia.bench.scale;

import dev.curia.common.time.Clock;
import dev.curia.common.time.SystemClock;
import dev.curia.log.io.NioFileSystem;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;

/**
 * What Curia costs against size: prints tables in Markdown and draws a chart. Arguments: Curia's distribution, a directory for data, seconds in
 * all, the chart's file, {@code all} sizes or only the {@code smallest}, and, if not all, the titles of the dimensions to measure.
 */
public final class Scale {
    private static final int SMALLEST = 3;

    private final Path home;
    private final Path directory;
    private final Clock clock;
    private final double mostSeconds;
    private final double windowSeconds;
    private final long start;
    private final List<String> failures = new ArrayList<>();
    private final List<String> skipped = new ArrayList<>();
    private int lives;

    private Scale(Path home, Path directory, Clock clock, double mostSeconds, double windowSeconds) {
        this.home = home;
        this.directory = directory;
        this.clock = clock;
        this.mostSeconds = mostSeconds;
        this.windowSeconds = windowSeconds;
        this.start = clock.monotonicNanos();
    }

    /** See the class. */
    public static void main(String[] arguments) throws IOException {
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        List<String> titles = List.of(arguments).subList(5, arguments.length);
        boolean smallest = "smallest".equals(arguments[4]);
        List<Dimension> dimensions = Dimensions.all().stream()
                .filter(d -> titles.isEmpty() || titles.contains(d.title()))
                .map(d -> smallest ? d.smallest(SMALLEST) : d)
                .toList();
        double seconds = Double.parseDouble(arguments[2]);
        Scale scale = new Scale(
                Path.of(arguments[0]).toAbsolutePath(),
                Path.of(arguments[1]),
                new SystemClock(),
                // Of the smallest nothing is left out: they are to show that all works.
                smallest ? Double.MAX_VALUE : seconds,
                Dimension.windowSeconds(dimensions, seconds));
        List<Curves> all = dimensions.stream().map(scale::measure).toList();
        Path chart = Path.of(arguments[3]);
        Files.writeString(chart, CurveChart.of(all), StandardCharsets.UTF_8);
        System.out.print("![Costs against size](images/" + chart.getFileName() + ")\n\n" + scale.method(load));
        for (Curves curves : all) System.out.print("\n" + CurveTable.of(curves));
    }

    private Curves measure(Dimension dimension) {
        Curves curves = new Curves(dimension);
        for (Trial.Start trial : dimension.trials()) {
            Path own = directory.resolve("broker-" + lives++);
            try {
                run(dimension, trial, own, curves);
                new NioFileSystem().delete(own);
            } catch (ExecutionException | IOException | RuntimeException e) {
                // The others still say something; this one is told of above the tables, and its files stay until the
                // end.
                failures.add(dimension.title() + ": " + e);
                e.printStackTrace();
            }
        }
        return curves;
    }

    private void run(Dimension dimension, Trial.Start start, Path own, Curves curves)
            throws IOException, ExecutionException {
        tell(dimension.title());
        try (Broker broker = new Broker(home, own, dimension.settings(), clock);
                Trial trial = start.on(broker, windowSeconds)) {
            for (long size : dimension.sizes()) {
                String label = dimension.title() + " " + dimension.label(size);
                if (isLate()) {
                    skipped.add(label);
                    continue;
                }
                tell(label);
                trial.at(size, (name, cost) -> {
                    System.err.println("  " + name + ": " + CurveTable.number(cost));
                    curves.add(size, name, cost);
                });
                broker.checkAlive();
            }
        }
    }

    private boolean isLate() {
        return clock.monotonicNanos() - start > mostSeconds * 1e9;
    }

    private static void tell(String what) {
        System.err.println(LocalTime.now(ZoneId.systemDefault()) + " " + what);
    }

    private String method(double load) {
        return "One broker, which is also its quorum, a process with -Xmx1g and default settings; started anew for each"
                + " table. Its clients are one other process on the same cores, whose cost does not count. CPU is user and"
                + " system time of the broker; heap is what is reachable after a collection; windows of "
                + CurveTable.number(windowSeconds) + " s (load average before this began: " + CurveTable.number(load)
                + ").\n\n"
                + "A cost that grows with the n-th power of the size has the exponent n: 1 is linear, 0 does not depend on"
                + " it. *exponent* is that of all sizes, *last step* that from the last size but one to the last. Linear or"
                + " better: the first is at most 1.1 and the second, which is less exact, at most 1.25.\n"
                + (failures.isEmpty() ? "" : "\nFailed: " + String.join("; ", failures) + ".\n")
                + (skipped.isEmpty() ? "" : "\nThere was no time left for: " + String.join(", ", skipped) + ".\n");
    }
}
