package dev.curia.system;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.internals.AppInfoParser;

/** A client that tests run, as it is. */
enum Program {
    JAVA("Java client") {
        @Override
        String version() {
            return AppInfoParser.getVersion();
        }
    },
    KAFKA_STREAMS("Kafka Streams") {
        @Override
        String version() {
            return versionOfStreams();
        }
    },
    KAFKA_TOOLS("Apache Kafka's tools") {
        @Override
        String version() {
            return versionOfTools();
        }
    },
    KCAT("kcat") {
        @Override
        String version() {
            return versionOfKcat();
        }
    };

    private final String title;

    Program(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** Of the one that is run here. */
    abstract String version();

    private static String versionOfStreams() {
        Properties properties = new Properties();
        try (InputStream file = Program.class.getResourceAsStream("/kafka/kafka-streams-version.properties")) {
            properties.load(Objects.requireNonNull(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }

    private static String versionOfTools() {
        try (Stream<Path> jars = Files.list(Distribution.find().workspace().resolve("kafka-tools"))) {
            return jars.map(jar -> jar.getFileName().toString())
                    .filter(name -> name.matches("kafka-tools-[0-9.]+\\.jar"))
                    .map(name -> name.substring("kafka-tools-".length(), name.length() - ".jar".length()))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its own and its library's: "1.7.1 (librdkafka 2.0.2)". */
    private static String versionOfKcat() {
        String text = Command.of("kcat", "-V").run().text();
        String own = text.replaceAll("(?s).*Version ([0-9.]+).*", "$1");
        return own + " (librdkafka " + text.replaceAll("(?s).*librdkafka ([0-9.]+).*", "$1") + ")";
    }
}
