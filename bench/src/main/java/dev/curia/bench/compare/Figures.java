package dev.curia.bench.compare;

import dev.curia.bench.load.ProduceLoad;
import dev.curia.bench.load.RateLoad;
import dev.curia.bench.load.RawLoad;
import dev.curia.bench.product.Layout;

/** The figures of one layout, with the targets that Curia has for them. Immutable. */
record Figures(Layout layout) {
    private static final int SMALL_RECORD = 256;
    private static final double PEAK = 1.2;

    private boolean replicated() {
        return layout.brokers() > 1;
    }

    private String group() {
        return replicated()
                ? layout.brokers() + " brokers, replication factor " + layout.brokers() + ", min.insync.replicas "
                        + (layout.brokers() - 1)
                : "One broker";
    }

    /** In MB (10^6 bytes of values, before compression) a second. */
    Figure megabytes(ProduceLoad load) {
        return Figure.more(group(), load + ": MB/s").withTarget(replicated() ? 2 : PEAK);
    }

    Figure cpuPerGigabyte(ProduceLoad load) {
        boolean compressed = !"none".equals(load.codec());
        return Figure.less(group(), load + ": CPU-s per GB").withTarget(replicated() || compressed ? 0.4 : 0.5);
    }

    /** For small records, where it says more than that per GB. */
    Figure cpuPerMillion(ProduceLoad load) {
        return Figure.less(group(), load + ": CPU-s per million records");
    }

    static boolean isSmall(ProduceLoad load) {
        return load.recordBytes() < SMALL_RECORD;
    }

    Figure megabytes(RawLoad load) {
        Figure figure = Figure.more(group(), load + ": MB/s");
        // One small request at a time is a matter of how long it takes.
        return load.equals(RawLoad.LARGE) ? figure.withTarget(PEAK) : figure;
    }

    Figure cpuPerGigabyte(RawLoad load) {
        return Figure.less(group(), load + ": CPU-s per GB").withTarget(0.45);
    }

    /** In microseconds. */
    Figure cpuPerRequest(RawLoad load) {
        return Figure.less(group(), load + ": CPU-µs per request").withTarget(0.5);
    }

    Figure consumeMegabytes(String how) {
        return Figure.more(group(), how + ": MB/s").withTarget(PEAK);
    }

    Figure consumeCpuPerGigabyte(String how) {
        return Figure.less(group(), how + ": CPU-s per GB").withTarget(1);
    }

    /** @param what it is a time of: acknowledged, or read by a consumer */
    Figure latencyMillis(RateLoad load, String what, double percentile) {
        Figure figure = Figure.less(group(), load + ": " + what + " after, p" + number(percentile) + ", ms");
        // What one broker answers is mostly what it costs to send and to receive.
        if (!replicated()) return figure;
        return figure.withTarget(percentile == 50 ? 0.4 : 0.3);
    }

    Figure cpuPerMillion(RateLoad load) {
        Figure figure = Figure.less(group(), load + ": CPU-s per million records, written and read");
        return replicated() ? figure.withTarget(0.4) : figure;
    }

    Figure compilingSeconds() {
        return Figure.less(group(), "compiling in all of the above, which no other row counts, CPU-s");
    }

    Figure startMillis(boolean fresh) {
        return Figure.less(group(), (fresh ? "fresh start" : "restart") + " to first acknowledged produce, ms")
                .withTarget(0.5);
    }

    Figure residentMegabytes(boolean idle) {
        return Figure.less(group(), "resident memory " + (idle ? "idle" : "under load, the most") + ", MB")
                .withTarget(0.6);
    }

    Figure leadersKnownMillis(int partitions) {
        return topicMillis(partitions, "leaders known for all").withTarget(1.5);
    }

    Figure allWrittenMillis(int partitions) {
        return topicMillis(partitions, "a record acknowledged in each").withTarget(0.5);
    }

    private Figure topicMillis(int partitions, String until) {
        return Figure.less(group(), "a topic of " + partitions + " partitions, from asked for to " + until + ", ms");
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
