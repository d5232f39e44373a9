package dev.curia.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.metric.MetricKey;
import dev.curia.common.time.SystemClock;
import dev.curia.testkit.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a running broker and quorum node tell is what the reference page says, and the other way round. */
class DocumentedMetersTest {
    private static final Map<String, MetricKey> DOCUMENTED =
            DocumentedMeters.all().stream().collect(Collectors.toMap(MetricKey::name, Function.identity()));

    @TempDir
    Path directory;

    @Test
    void whatIsToldIsDocumentedAndWhatIsDocumentedIsTold() throws Exception {
        Map<String, String> more = Map.of(
                "curia.group.lag.interval.ms",
                "100",
                "curia.metrics.partitions.enable",
                "true",
                "canary.enable",
                "true",
                "canary.interval.ms",
                "200");
        try (EmbeddedNode node = EmbeddedNode.start(directory, more)) {
            writeAndReadOneOfThree(node.bootstrapServer());
            Await.until(
                    "the canary",
                    Duration.ofSeconds(20),
                    () -> node.scrape()
                                    .value("curia_canary_success", "leader", "1")
                                    .orElse(0.0)
                            == 1);
            Await.until(
                    "the group's lag",
                    Duration.ofSeconds(20),
                    () -> node.scrape()
                                    .value("curia_group_lag_records", "group", "readers")
                                    .orElse(0.0)
                            == 2);

            Scrape scrape = node.scrape();

            assertThat(problems(scrape)).isEmpty();
            assertThat(DOCUMENTED.values().stream()
                            .filter(key -> !key.later())
                            .map(MetricKey::name)
                            .filter(name -> !scrape.types().containsKey(name)))
                    .as("documented, and not there")
                    .isEmpty();
            assertThat(scrape.value("curia_kafka_requests_total", "api", "Produce", "error", "NONE"))
                    .hasValueSatisfying(count -> assertThat(count).isPositive());
            for (String stage : List.of("handle", "wait", "order", "send")) {
                assertThat(scrape.value("curia_kafka_request_stage_seconds_count", "api", "Produce", "stage", stage))
                        .as(stage)
                        .hasValueSatisfying(count -> assertThat(count).isPositive());
            }
            assertThat(scrape.value("curia_group_partition_lag_records", "topic", "counted", "partition", "0"))
                    .hasValue(2.0);
            assertThat(scrape.value("curia_group_lag_seconds", "group", "readers"))
                    .hasValueSatisfying(age -> assertThat(age).isBetween(3_600.0, 3_900.0));
            assertThat(scrape.value("curia_group_retention_left_seconds", "group", "readers"))
                    .as("retention.ms is a week, and goes by the newest of a segment")
                    .hasValueSatisfying(left -> assertThat(left).isBetween(7 * 86_400.0 - 3_900, 7 * 86_400.0));
            assertThat(scrape.value("curia_quorum_leads")).hasValue(1.0);
            assertThat(scrape.value("curia_quorum_leader")).hasValue(1.0);
            assertThat(node.faults()).isEmpty();
        }
    }

    @Test
    void aSeriesOfAnotherTypeOrLabelIsFound() {
        Scrape wrong = Scrape.parse("""
                # TYPE curia_quorum_term counter
                curia_quorum_term{why="no"} 3
                # TYPE curia_unheard_of gauge
                curia_unheard_of 1
                """);

        assertThat(problems(wrong)).hasSize(3);
    }

    private static List<String> problems(Scrape scrape) {
        List<String> problems = new ArrayList<>();
        scrape.types().forEach((family, type) -> {
            Optional<MetricKey> key = documented(family, type);
            if (key.isEmpty()) problems.add(family + " is not documented");
            else if (isMaximum(family, key.get())
                    ? !type.equals("gauge")
                    : !type.equals(key.get().type().toString()))
                problems.add(family + " is a " + type + ", documented as "
                        + key.get().type());
        });
        scrape.series().forEach(series -> {
            Set<String> labels = new TreeSet<>(series.labels().keySet());
            labels.remove("le");
            Optional<MetricKey> key = documented(series.name().replaceFirst("_(bucket|count|sum)$", ""), "")
                    .or(() -> documented(series.name(), ""));
            key.filter(found -> !labels.equals(new TreeSet<>(found.labels())))
                    .ifPresent(found -> problems.add(series.name() + " has the labels " + labels));
        });
        return problems;
    }

    private static Optional<MetricKey> documented(String family, String type) {
        if (DOCUMENTED.containsKey(family)) return Optional.of(DOCUMENTED.get(family));
        if (type.equals("counter") && !family.endsWith("_total")) return documented(family + "_total", type);
        MetricKey key = DOCUMENTED.get(family.replaceFirst("_max$", ""));
        return key != null && isMaximum(family, key) ? Optional.of(key) : Optional.empty();
    }

    private static boolean isMaximum(String family, MetricKey key) {
        return family.equals(key.name() + "_max")
                && (key.type() == MetricKey.Type.HISTOGRAM || key.type() == MetricKey.Type.SUMMARY);
    }

    private static void writeAndReadOneOfThree(String bootstrap) throws Exception {
        StringSerializer writes = new StringSerializer();
        StringDeserializer reads = new StringDeserializer();
        try (KafkaProducer<String, String> producer =
                        new KafkaProducer<>(Map.of("bootstrap.servers", bootstrap), writes, writes);
                KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers",
                                bootstrap,
                                "group.id",
                                "readers",
                                "auto.offset.reset",
                                "earliest",
                                "enable.auto.commit",
                                "false"),
                        reads,
                        reads)) {
            long anHourAgo = new SystemClock().wallMillis() - 3_600_000;
            for (String value : List.of("one", "two", "three")) {
                producer.send(new ProducerRecord<>("counted", null, anHourAgo, null, value))
                        .get();
            }
            consumer.subscribe(List.of("counted"));
            while (consumer.poll(Duration.ofMillis(100)).isEmpty()) {}
            consumer.commitSync(
                    Map.of(new org.apache.kafka.common.TopicPartition("counted", 0), new OffsetAndMetadata(1)));
        }
    }
}
