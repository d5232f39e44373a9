package dev.curia.bench.scale;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** All that grows. Stateless. */
final class Dimensions {
    private Dimensions() {}

    static List<Dimension> all() {
        return List.of(partitions(), connections(), records(), consumers(), logs(), groups());
    }

    private static Dimension partitions() {
        return new Dimension(
                "Partitions",
                List.of(1L, 10L, 100L, 1_000L, 10_000L),
                Dimensions::count,
                Map.of(),
                List.of(
                        (broker, seconds) -> new PartitionLoad(broker, seconds),
                        (broker, seconds) -> new PartitionStart(broker)),
                2,
                70,
                "Of one topic, with a record in each. One producer sends " + count(PartitionLoad.RECORDS_A_SECOND)
                        + " records of 1 KiB a second, acks=all, linger 0, to one partition after the other, so that a"
                        + " batch is one record. Those added: from the size before.");
    }

    private static Dimension connections() {
        return new Dimension(
                "Connections",
                List.of(1L, 10L, 100L, 1_000L, 5_000L),
                Dimensions::count,
                Map.of(),
                List.of((broker, seconds) -> new ConnectionLoad(broker, seconds)),
                2,
                40,
                "Each sent one ApiVersions request and then nothing. The same producer as above beside them, six"
                        + " partitions.");
    }

    private static Dimension records() {
        return new Dimension(
                "Record size",
                List.of(10L, 100L, 1L << 10, 10L << 10, 100L << 10, 1L << 20, 10L << 20),
                Dimensions::bytes,
                Map.of(),
                List.of((broker, seconds) -> new RecordSize(broker, seconds)),
                1,
                35,
                "One producer as fast as it can, six partitions, acks=all, batches of 128 KiB or one record,"
                        + " max.message.bytes 16 MiB. A GB is one of values.");
    }

    private static Dimension consumers() {
        return new Dimension(
                "Consumers of one partition",
                List.of(1L, 10L, 50L, 200L),
                Dimensions::count,
                Map.of(),
                List.of((broker, seconds) -> new ConsumerLoad(broker, seconds)),
                1,
                20,
                "All read the end of the partition, to which " + ConsumerLoad.LOAD.perSecond()
                        + " records of 10 KiB a second are written. Each is a connection and a thread of one process that"
                        + " fetches and decodes on the cores of the broker, so that delays are also those of the readers."
                        + " A delay counts from when a record was due to be sent until it is decoded.");
    }

    private static Dimension logs() {
        return new Dimension(
                "Size of one log",
                List.of(1L, 10L, 100L),
                size -> size + " GB",
                Map.of(),
                List.of((broker, seconds) -> new LogSize(broker, seconds)),
                2,
                90,
                "One partition, segments of 1 GiB, batches of " + count(SparseLog.BATCH_BYTES)
                        + " bytes. The log is written by the broker's own code while the broker is stopped; values are"
                        + " zeros, which the files hold as holes: offsets, indexes, checksums and all that is read are"
                        + " those of a log that is full. A record by offset comes whole, with its megabyte, and one by"
                        + " time is looked into; of 100 GB hardly any is in the page cache.");
    }

    private static Dimension groups() {
        return new Dimension(
                "Groups",
                List.of(1L, 10L, 100L, 1_000L, 5_000L),
                Dimensions::count,
                Map.of(),
                List.of(
                        (broker, seconds) -> new GroupLoad(broker, seconds),
                        (broker, seconds) -> new GroupStart(broker)),
                2,
                75,
                "Of one member each, all over " + GroupMembers.CONNECTIONS
                        + " connections: a heartbeat every 3 s, and beside them " + GroupLoad.COMMITS_A_SECOND
                        + " commits of one offset a second, one group after the other; the heartbeats' CPU is not that"
                        + " of a commit. Started: groups without members that committed " + GroupStart.COMMITS
                        + " times each.");
    }

    private static String count(long size) {
        return String.format(Locale.ROOT, "%,d", size);
    }

    private static String bytes(long size) {
        if (size >= 1 << 20) return (size >> 20) + " MiB";
        return size >= 1 << 10 ? (size >> 10) + " KiB" : size + " B";
    }
}
