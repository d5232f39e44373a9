package dev.curia.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.StreamJoined;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.apache.kafka.streams.state.KeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Kafka Streams application in a process of its own, exactly once: counts the words of {@link #LINES}, each new count an output of its
 * own, and joins {@link #LEFT} with {@link #RIGHT} where they are not further apart than {@link #APART}. Tells a file what it restores.
 */
final class StreamsProgram {
    static final String ID = "streams";
    static final String LINES = "lines";
    static final String COUNTS = "counts";
    static final String LEFT = "left";
    static final String RIGHT = "right";
    static final String JOINED = "joined";
    static final Duration APART = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(StreamsProgram.class);

    private StreamsProgram() {}

    /** Arguments: bootstrap servers, directory of its state, file to tell. */
    public static void main(String[] args) {
        KafkaStreams streams = new KafkaStreams(topology().build(), config(args[0], args[1]));
        streams.setGlobalStateRestoreListener(new Teller(Path.of(args[2])));
        streams.setUncaughtExceptionHandler(e -> {
            LOG.error("the application ends", e);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        streams.start();
    }

    private static Properties config(String bootstrapServers, String directory) {
        Properties config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, ID);
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        config.put(StreamsConfig.STATE_DIR_CONFIG, directory);
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        config.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 2);
        config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 500);
        config.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        config.put("session.timeout.ms", 6_000);
        config.put("heartbeat.interval.ms", 1_000);
        return config;
    }

    private static StreamsBuilder topology() {
        StreamsBuilder builder = new StreamsBuilder();
        Serde<String> text = Serdes.String();
        builder.stream(LINES, Consumed.with(text, text))
                .flatMapValues(line -> List.of(line.split(" ", -1)))
                .groupBy((key, word) -> word, Grouped.with("words", text, text))
                .count(Materialized.<String, Long, KeyValueStore<Bytes, byte[]>>as("counts")
                        .withKeySerde(text)
                        .withValueSerde(Serdes.Long()))
                .toStream()
                .mapValues(count -> Long.toString(count))
                .to(COUNTS, Produced.with(text, text));
        KStream<String, String> left = builder.stream(LEFT, Consumed.with(text, text));
        KStream<String, String> right = builder.stream(RIGHT, Consumed.with(text, text));
        left.join(
                        right,
                        (one, other) -> one + "+" + other,
                        JoinWindows.ofTimeDifferenceAndGrace(APART, Duration.ofHours(1)),
                        StreamJoined.with(text, text, text).withName("pairs").withStoreName("pairs"))
                .to(JOINED, Produced.with(text, text));
        return builder;
    }

    private record Teller(Path file) implements StateRestoreListener {
        @Override
        public void onRestoreStart(TopicPartition partition, String store, long first, long end) {}

        @Override
        public void onBatchRestored(TopicPartition partition, String store, long end, long count) {}

        @Override
        public void onRestoreEnd(TopicPartition partition, String store, long restored) {
            String line = partition.topic() + " " + restored + "\n";
            try {
                Files.writeString(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
