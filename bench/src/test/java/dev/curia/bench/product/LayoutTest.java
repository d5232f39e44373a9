package dev.curia.bench.product;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LayoutTest {
    @Test
    void placesHaveIdsAndPortsOfTheirOwn() {
        for (Layout layout : Layout.values()) {
            List<Product.Place> places = layout.places(12_000);
            assertThat(places.stream().filter(Product.Place::broker)).hasSize(layout.brokers());
            assertThat(places.stream().filter(Product.Place::quorum)).hasSize(layout.brokers());
            assertThat(places).extracting(Product.Place::id).doesNotHaveDuplicates();
            assertThat(places.stream().flatMap(p -> Stream.of(p.kafka(), p.rpc(), p.raft(), p.http())))
                    .doesNotHaveDuplicates()
                    .allMatch(port -> port >= 12_000 && port < 12_030);
        }
    }

    @Test
    void bothProductsGetTheSameHeapJavaAndSettings() {
        Jvm jvm = new Jvm(Path.of("/opt/java/bin/java"), "-Xms1g -Xmx1g");
        Map<String, String> more = Map.of("log.segment.delete.delay.ms", "1000");
        Product curia = new CuriaProduct("Curia", Path.of("/opt/curia"), jvm, more);
        Product kafka = new KafkaProduct("Kafka", Path.of("/opt/kafka"), jvm, more);
        List<Product.Place> places = Layout.SINGLE.places(12_000);
        assertThat(curia.environment())
                .containsEntry("CURIA_HEAP_OPTS", "-Xms1g -Xmx1g")
                .containsEntry("JAVA_HOME", "/opt/java");
        assertThat(kafka.command(places.get(0), Path.of("x")))
                .startsWith("/opt/java/bin/java", "-Xms1g", "-Xmx1g")
                .endsWith("kafka.Kafka", "x");
        for (Product product : List.of(curia, kafka)) {
            assertThat(product.settings(places.get(0), places, Path.of("data")))
                    .containsEntry("log.segment.delete.delay.ms", "1000")
                    .containsEntry("node.id", "1");
        }
    }
}
