package dev.curia.broker.lag;

import dev.curia.common.config.ConfigKey;
import java.util.List;

/** Settings of what is told of groups and partitions. */
public final class LagConfigs {
    public static final ConfigKey<Long> INTERVAL_MS = ConfigKey.ofLong(
            "curia.group.lag.interval.ms",
            30_000,
            0,
            Long.MAX_VALUE / 1_000_000,
            "How often a broker finds out how far the groups that it coordinates are behind, for its metrics and the web console, in milliseconds; 0: never. A round costs each"
                    + " leader a look into an index and the header of a batch for each partition in which a group has not read all.");
    public static final ConfigKey<Integer> HISTORY_TOPICS = ConfigKey.ofInt(
            "curia.group.lag.history.topics",
            2_000,
            0,
            100_000,
            "For how many topics of groups, all groups together, a broker keeps in memory how far they were behind, which the web console draws: of those that"
                    + " it coordinates the newest 120 rounds, and for a day the worst round of each five minutes. That is up to 8 KiB for each topic of"
                    + " each group. Groups for which there is no room have no history; 0: none has. It begins anew when the broker starts.");
    public static final ConfigKey<Boolean> PARTITION_SERIES = ConfigKey.ofBoolean(
            "curia.metrics.partitions.enable",
            false,
            "Whether there are metrics for each partition and for each partition of each group; those for each topic and group are always there. A series"
                    + " for each is much where there are ten thousands of partitions.");

    /** All of them, for the reference page and the check of unknown keys. */
    public static final List<ConfigKey<?>> ALL = List.of(INTERVAL_MS, HISTORY_TOPICS, PARTITION_SERIES);

    private LagConfigs() {}
}
