package dev.curia.system;

import dev.curia.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Writes or reads objects through Apicurio's Avro serializers, which keep their schema in a registry. Runs in a process with those
 * libraries, which the tests have not: so they are named by class only.
 */
final class AvroProgram {
    private static final int RECORDS = 10;
    private static final String TOPIC = "readings";
    private static final String SERDES = "io.apicurio.registry.serde.avro.";

    private AvroProgram() {}

    /** What is written and read; Avro finds the schema in its fields. */
    static final class Reading {
        String sensor = "";
        int value;

        @Override
        public String toString() {
            return sensor + " " + value;
        }
    }

    /** Arguments: bootstrap servers, URL of the registry, "write" or "read". */
    public static void main(String[] args) throws Exception {
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", args[0]);
        config.put("apicurio.registry.url", args[1]);
        config.put("apicurio.registry.auto-register", true);
        config.put("apicurio.registry.avro-datum-provider", SERDES + "ReflectAvroDatumProvider");
        config.put("key.serializer", "org.apache.kafka.common.serialization.StringSerializer");
        config.put("key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        config.put("value.serializer", SERDES + "AvroKafkaSerializer");
        config.put("value.deserializer", SERDES + "AvroKafkaDeserializer");
        if (args[2].equals("write")) write(config);
        else read(config);
    }

    private static void write(Map<String, Object> config) throws Exception {
        try (KafkaProducer<String, Object> producer = new KafkaProducer<>(config)) {
            for (int i = 0; i < RECORDS; i++) {
                Reading reading = new Reading();
                reading.sensor = "sensor-" + i;
                reading.value = i;
                producer.send(new ProducerRecord<>(TOPIC, reading.sensor, reading))
                        .get();
            }
        }
    }

    private static void read(Map<String, Object> config) {
        config.put("group.id", "readers");
        config.put("auto.offset.reset", "earliest");
        List<String> read = new ArrayList<>();
        try (KafkaConsumer<String, Object> consumer = new KafkaConsumer<>(config)) {
            consumer.subscribe(List.of(TOPIC));
            Await.until("all readings", Duration.ofSeconds(30), () -> {
                consumer.poll(Duration.ofMillis(100))
                        .forEach(record -> read.add(record.value().toString()));
                return read.size() >= RECORDS;
            });
        }
        List<String> written = IntStream.range(0, RECORDS)
                .mapToObj(i -> "sensor-" + i + " " + i)
                .toList();
        if (!read.equals(written)) throw new IllegalStateException("expected " + written + ", not " + read);
    }
}
