package dev.curia.bench.compare;

import dev.curia.bench.load.ProduceLoad;
import dev.curia.bench.load.RateLoad;
import dev.curia.bench.load.RawLoad;
import dev.curia.bench.product.Layout;
import java.util.List;

/**
 * What is measured of one product in one layout, from its start to its end. Immutable.
 *
 * @param produce the first one also warms up
 * @param raw of one broker only
 * @param consume whether reading is measured
 * @param restart whether the servers are stopped and started again before anything else, and measured idle
 * @param manyPartitions of a topic that is made last; 0: none is
 */
record Plan(
        Layout layout,
        List<ProduceLoad> produce,
        List<RawLoad> raw,
        boolean consume,
        List<RateLoad> rates,
        boolean restart,
        int manyPartitions) {
    private static final ProduceLoad BASE = ProduceLoad.BASE;
    private static final List<RawLoad> RAW = List.of(RawLoad.LARGE, RawLoad.SMALL);

    /** What says most, for a few minutes. */
    static List<Plan> brief() {
        return List.of(
                new Plan(
                        Layout.SINGLE,
                        List.of(
                                BASE,
                                BASE.withDefaultBatches(),
                                BASE.withRecordBytes(100),
                                BASE.withPartitions(1),
                                BASE.withCodec("lz4"),
                                BASE.withCodec("zstd")),
                        RAW,
                        true,
                        List.of(RateLoad.perSecond(2_000)),
                        true,
                        1_000),
                new Plan(
                        Layout.COMBINED,
                        List.of(BASE, BASE.withDefaultBatches(), BASE.withRecordBytes(100), BASE.withAcks("1")),
                        List.of(),
                        false,
                        List.of(RateLoad.perSecond(2_000)),
                        false,
                        0));
    }

    /** Everything in both layouts, where half an hour or more is given. */
    static List<Plan> full() {
        return List.of(full(Layout.SINGLE), full(Layout.COMBINED));
    }

    private static Plan full(Layout layout) {
        ProduceLoad small = BASE.withRecordBytes(100);
        return new Plan(
                layout,
                List.of(
                        BASE,
                        BASE.withDefaultBatches(),
                        BASE.withPartitions(1),
                        BASE.withPartitions(1).withDefaultBatches(),
                        BASE.withAcks("1"),
                        BASE.withAcks("1").withDefaultBatches(),
                        BASE.withCodec("lz4"),
                        BASE.withCodec("zstd"),
                        small,
                        small.withDefaultBatches(),
                        small.withPartitions(1),
                        small.withAcks("1"),
                        small.withCodec("lz4"),
                        small.withCodec("zstd")),
                layout.brokers() == 1 ? RAW : List.of(),
                true,
                List.of(RateLoad.perSecond(2_000), RateLoad.perSecond(10_000)),
                true,
                1_000);
    }

    /** What it costs that acknowledged records are on the disks. */
    static List<Plan> durability() {
        return List.of(new Plan(
                Layout.COMBINED,
                List.of(BASE, BASE.withDefaultBatches()),
                List.of(),
                false,
                // The lower one leaves processors free where three brokers share two.
                List.of(RateLoad.perSecond(500), RateLoad.perSecond(2_000)),
                false,
                0));
    }

    /** How many times the length of a window passes while something is measured. */
    double windows() {
        return produce.size() + raw.size() + (consume ? 3 : 0) + Budget.RATE_WINDOWS * rates.size();
    }

    /** About how long all else takes, of the slower product. */
    double otherSeconds() {
        return Budget.WARM_UP_SECONDS * layout.brokers()
                + 4
                + 3 * (produce.size() + raw.size())
                + (consume ? 8 : 0)
                + 10 * rates.size()
                + (rates.isEmpty()
                        ? 0
                        : Budget.RATE_WARM_UP_SECONDS * layout.brokers()) // the first one is warm for all
                + 2 * layout.brokers()
                + (restart ? 8 : 0)
                + manyPartitions * 0.004;
    }
}
