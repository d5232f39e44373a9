package dev.curia.bench.profile;

import java.util.Arrays;

/**
 * What all processors did since the machine began, in ticks; see {@code cpu} of {@code /proc/stat}, proc_stat(5). Immutable.
 *
 * @param idle including waiting for disks
 * @param stolen by the host of a virtual machine
 */
record Processors(long idle, long stolen, long all) {
    private static final int IDLE = 3;
    private static final int WAITING_FOR_DISKS = 4;
    private static final int STOLEN = 7;
    /** What follows is counted in those before. */
    private static final int KINDS = 8;

    /** @param stat the whole file */
    static Processors of(String stat) {
        long[] ticks = Arrays.stream(stat.substring(0, stat.indexOf('\n')).split(" +", -1))
                .skip(1)
                .limit(KINDS)
                .mapToLong(Long::parseLong)
                .toArray();
        return new Processors(
                ticks[IDLE] + ticks[WAITING_FOR_DISKS],
                ticks[STOLEN],
                Arrays.stream(ticks).sum());
    }

    /** A part of all that they could have done. */
    double idleSince(Processors before) {
        return (double) (idle - before.idle) / Math.max(1, all - before.all);
    }

    /** A part of all that they could have done. */
    double stolenSince(Processors before) {
        return (double) (stolen - before.stolen) / Math.max(1, all - before.all);
    }
}
