package dev.curia.bench.compare;

import dev.curia.bench.product.CuriaProduct;
import dev.curia.bench.product.Jvm;
import dev.curia.bench.product.KafkaProduct;
import dev.curia.bench.product.Product;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who is measured beside whom. Immutable.
 *
 * @param other what the numbers of {@code one} are divided by
 * @param both who they are, for people
 * @param targets whether the figures' targets are meant for these
 * @param aim what is aimed at besides, for people; may be empty
 */
public record Contest(Product one, Product other, String both, List<Plan> plans, boolean targets, String aim) {
    /** Of both. Files of topics that were measured should not stay for a minute. */
    private static final Map<String, String> SETTINGS = Map.of("log.segment.delete.delay.ms", "1000");

    /** @param plan {@code brief} or {@code full} */
    public static Contest withKafka(Path home, Path kafka, Jvm jvm, String plan) {
        return new Contest(
                new CuriaProduct("Curia", home, jvm, SETTINGS),
                new KafkaProduct("Kafka", kafka, jvm, SETTINGS),
                "Curia and Apache Kafka " + System.getProperty("kafka.version"),
                "full".equals(plan) ? Plan.full() : Plan.brief(),
                true,
                "Start: with the class-data archive that the distribution makes when it is built; Kafka has none.\n");
    }

    /** Acknowledged when it is on the disks of the in-sync replicas, or when they have written it. */
    public static Contest ofDurability(Path home, Jvm jvm) {
        Map<String, String> fsynced = new HashMap<>(SETTINGS);
        fsynced.put("curia.durability", "fsynced");
        return new Contest(
                new CuriaProduct("fsynced", home, jvm, fsynced),
                new CuriaProduct("written", home, jvm, SETTINGS),
                "Curia with curia.durability=fsynced and with its default, written",
                Plan.durability(),
                false,
                "Aimed at: at most 1.5 times the processor time, and half of the records at most 1 ms later.\n");
    }
}
