package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The web console of three brokers in a headless Chromium, which {@code system-tests/programs/console-browser} drives. What it looks like is left as
 * pictures in {@code target/console}.
 */
@Tag("slow")
@Tag("long")
class WebConsoleTest {
    private static final String TOPIC = "orders-of-the-web-console";
    private static final String GROUP = "billing";

    @RegisterExtension
    static final LocalCluster CLUSTER =
            LocalCluster.of(1, 3).with("console.messages.enable", "true").with("curia.group.lag.interval.ms", "1000");

    @Test
    void showsTheClusterToABrowser() throws Exception {
        Needs.installed("chromium");
        NodeProgram program = NodeProgram.of("console-browser");
        Clients clients = Clients.of(CLUSTER);
        clients.createTopic(TOPIC, 3, 3, Map.of("retention.ms", "86400000"));
        clients.createTopic("many", 1000, 1, Map.of());
        try (KafkaProducer<byte[], byte[]> producer = clients.producer()) {
            Clients.send(
                    producer,
                    IntStream.range(0, 40).mapToObj(WebConsoleTest::order).toList());
        }
        consumeSome(clients);
        Path pictures = Files.createDirectories(Distribution.find().workspace().resolve("console"));
        String address = "http://127.0.0.1:" + CLUSTER.broker(1).httpPort();
        List<String> line = List.of(
                "node",
                program.directory().resolve("client.mjs").toString(),
                "/usr/bin/chromium",
                pictures.toString(),
                address,
                TOPIC,
                GROUP);

        Path errors = pictures.resolve("browser.log");
        Process browser =
                new ProcessBuilder(line).redirectError(errors.toFile()).start();
        try {
            List<String> asked = new ArrayList<>();
            answer(browser, asked, clients);
            assertThat(browser.waitFor())
                    .as("%s after %s", Files.readString(errors), asked)
                    .isZero();
            assertThat(asked).containsExactly("produce", "kill 2", "start 2", "kill 1", "start 1", "end");
        } finally {
            browser.descendants().forEach(ProcessHandle::destroyForcibly);
            browser.destroyForcibly();
        }
    }

    private static ProducerRecord<byte[], byte[]> order(int number) {
        String value = "{\"number\":" + number + ",\"customer\":\"c-" + number % 7 + "\",\"paid\":true}";
        return new ProducerRecord<>(
                TOPIC,
                null,
                null,
                Text.bytes("key-" + number),
                Text.bytes(value),
                List.of(new RecordHeader("trace-id", Text.bytes("00f067aa0ba902b7"))));
    }

    /** Leaves a group with a lag. */
    private static void consumeSome(Clients clients) {
        try (KafkaConsumer<byte[], byte[]> consumer = clients.consumer(
                Map.of("group.id", GROUP, "auto.offset.reset", "earliest", "max.poll.records", "10"))) {
            consumer.subscribe(List.of(TOPIC));
            List<ConsumerRecord<byte[], byte[]>> some = Clients.take(consumer, 10);
            consumer.commitSync(Duration.ofSeconds(20));
            assertThat(some).isNotEmpty();
        }
    }

    /** Does what the program asks for, line by line, until it has nothing more to say. */
    private static void answer(Process browser, List<String> asked, Clients clients) throws IOException {
        try (BufferedReader questions = browser.inputReader(StandardCharsets.UTF_8);
                Writer answers = new OutputStreamWriter(browser.getOutputStream(), StandardCharsets.UTF_8)) {
            for (String line = questions.readLine(); line != null; line = questions.readLine()) {
                asked.add(line);
                if (line.equals("end")) return;
                carryOut(line, clients);
                answers.write("done\n");
                answers.flush();
            }
        }
    }

    private static void carryOut(String what, Clients clients) {
        if (what.equals("produce")) {
            clients.send(TOPIC, "fresh from the till");
            return;
        }
        NodeProcess broker = CLUSTER.broker(Integer.parseInt(what.substring(what.indexOf(' ') + 1)));
        if (what.startsWith("kill")) broker.kill();
        else broker.startAndAwaitReady();
    }
}
