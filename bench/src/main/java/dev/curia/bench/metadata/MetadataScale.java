package dev.curia.bench.metadata;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What many partitions cost the metadata quorum: three quorum nodes as processes, brokers as sessions of this process. Prints a table in
 * Markdown, a column for each number of partitions. Arguments: Curia's distribution, a directory for data, numbers of partitions with
 * commas in between, how many brokers.
 */
public final class MetadataScale {
    private MetadataScale() {}

    /** See the class. */
    public static void main(String[] arguments) throws IOException {
        Path home = Path.of(arguments[0]).toAbsolutePath();
        Path data = Path.of(arguments[1]);
        int brokers = Integer.parseInt(arguments[3]);
        List<Figures> all = new ArrayList<>();
        for (int partitions : Arrays.stream(arguments[2].split(","))
                .mapToInt(Integer::parseInt)
                .toArray()) {
            System.err.println(partitions + " partitions, " + brokers + " brokers");
            Figures figures = new Figures(partitions);
            try (Trial trial = new Trial(home, data.resolve("p" + partitions), brokers, figures)) {
                trial.run();
            }
            all.add(figures);
        }
        System.out.print(Figures.table(all));
        System.out.print("\n" + method(brokers));
    }

    private static String method(int brokers) {
        return "Topics of " + Trial.TOPIC_PARTITIONS + " partitions with " + Trial.REPLICAS
                + " replicas, made by requests of one topic each, " + Trial.IN_FLIGHT
                + " at a time. Three quorum nodes, each a process of its own with the default heap (512 MiB); "
                + brokers + " brokers, of which " + Trial.WATCHING
                + " watch the metadata, are sessions of one further process on the same machine, each with its own connections. In"
                + " parentheses: a partition's share. Of several times: median / worst (times measured).\n"
                + "Heap is what is reachable after a collection, less what it was with the brokers and without partitions."
                + " A broker dies by closing its connections; it is given 500 ms to come back (broker.reconnect.window.ms), which"
                + " count. A controller is killed with SIGKILL; the time is that until a producer id block is handed out, which is a"
                + " change in the metadata log.\n";
    }
}
