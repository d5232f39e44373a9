package dev.curia.bench.floor;

import dev.curia.bench.compare.Table;
import dev.curia.bench.load.SpareMemory;
import dev.curia.bench.product.Directories;
import dev.curia.common.time.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What parts of a broker's work cost where nothing else is done, on this machine, now. Immutable.
 *
 * @param rows in the order to show them
 */
public record Floor(List<Row> rows) {
    private static final int RATE = 2_000;
    private static final int AT_ONCE = 1_000_000;
    private static final double WARM = 0.3;
    /** Gigabytes a second, as one broker with nothing else to do would write. */
    private static final double MUCH = 2.5;

    /** @param what with its unit */
    public record Row(String what, double value) {}

    /**
     * Measures.
     *
     * @param memory for files
     * @param directory for files that are deleted again
     * @param seconds for each of the longer ones, about
     */
    public static Floor measure(SpareMemory memory, Path directory, double seconds, Clock clock) throws IOException {
        Path own = Files.createDirectories(directory.resolve("floor"));
        List<Row> rows = new ArrayList<>();
        BareBytes.receiving(WARM * seconds);
        rows.add(new Row("received, CPU-s per GB", BareBytes.receiving(seconds)));
        BareBytes.checksums(WARM * seconds);
        rows.add(new Row("their CRC-32C, CPU-s per GB", BareBytes.checksums(seconds)));
        BareFiles files = new BareFiles(own, clock);
        rows.add(new Row("written to one file again and again, CPU-s per GB", files.again(seconds)));
        double much = MUCH * seconds;
        String written = Table.number(much) + " GB written to new files, ";
        rows.add(new Row(written + "whatever memory the system gives, CPU-s per GB", files.growing(much)));
        memory.fill(much);
        rows.add(new Row(written + "memory that was in use until then, CPU-s per GB", files.growing(much)));
        for (int followers : new int[] {0, 2}) {
            for (int perSecond : new int[] {AT_ONCE, RATE}) {
                try (BareReplication replication = new BareReplication(followers, own, clock)) {
                    rows.add(new Row(
                            "1 KiB to " + (followers == 0 ? "one replica" : "three replicas") + " and a consumer, "
                                    + (perSecond == RATE ? "2,000 a second" : "one at a time") + ", CPU-µs",
                            replication.cpuMicros(perSecond, WARM * seconds, seconds)));
                }
            }
        }
        int records = (int) (1_000 * seconds);
        rows.add(new Row("1 KiB appended and forced to the disk, p50, ms", files.forcedMillis(records, false)));
        rows.add(new Row("1 KiB forced where zeros were, p50, ms", files.forcedMillis(records, true)));
        Directories.delete(own);
        return new Floor(List.copyOf(rows));
    }

    /** In Markdown. */
    public String table() {
        StringBuilder text = new StringBuilder("| | |\n| --- | ---: |\n");
        for (Row row : rows) {
            text.append("| ")
                    .append(row.what())
                    .append(" | ")
                    .append(Table.number(row.value()))
                    .append(" |\n");
        }
        return text.toString();
    }
}
