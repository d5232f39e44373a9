package dev.curia.broker.demo;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** One message to the broker and back, with Apache Kafka's own client. */
public final class RoundTrip {
    private static final String TOPIC = "hello";
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private final String bootstrapServer;
    private final PrintWriter out;

    public RoundTrip(String bootstrapServer, PrintWriter out) {
        this.bootstrapServer = bootstrapServer;
        this.out = out;
    }

    /** @throws ExecutionException when the broker refused the message */
    public void run() throws ExecutionException, InterruptedException {
        RecordMetadata written = produce("Hello from Curia!");
        out.println("produced to " + TOPIC + "-" + written.partition() + " at offset " + written.offset()
                + ": Hello from Curia!");
        ConsumerRecord<String, String> read = consume(written);
        out.println("consumed from " + TOPIC + "-" + read.partition() + " at offset " + read.offset() + ": "
                + read.value());
        out.flush();
    }

    private RecordMetadata produce(String message) throws ExecutionException, InterruptedException {
        Map<String, Object> config = Map.of("bootstrap.servers", bootstrapServer, "client.id", "demo");
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            return producer.send(new ProducerRecord<>(TOPIC, message)).get();
        }
    }

    private ConsumerRecord<String, String> consume(RecordMetadata where) {
        Map<String, Object> config = Map.of("bootstrap.servers", bootstrapServer, "client.id", "demo");
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            TopicPartition partition = new TopicPartition(where.topic(), where.partition());
            consumer.assign(List.of(partition));
            consumer.seek(partition, where.offset());
            for (ConsumerRecord<String, String> record : consumer.poll(DEADLINE)) return record;
            throw new IllegalStateException("the message at " + partition + " offset " + where.offset()
                    + " did not come back within " + DEADLINE.toSeconds() + " s");
        }
    }
}
