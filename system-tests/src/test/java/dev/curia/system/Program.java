package dev.curia.system;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;
import org.apache.kafka.common.utils.internals.AppInfoParser;

/** A client that tests run, as it is. */
enum Program {
    JAVA("Java client") {
        @Override
        String version() {
            return AppInfoParser.getVersion();
        }
    },
    APICURIO("Apicurio Registry") {
        @Override
        String version() {
            return Libraries.of("apicurio-registry").version("apicurio-registry-app");
        }
    },
    CONNECT("Kafka Connect") {
        @Override
        String version() {
            return Libraries.of("connect").version("connect-runtime");
        }
    },
    MIRROR_MAKER("MirrorMaker 2") {
        @Override
        String version() {
            return Libraries.of("connect").version("connect-mirror");
        }
    },
    JAVA_2_8("Java client 2.8") {
        @Override
        String version() {
            return Libraries.of("java-2.8").version("kafka-clients");
        }
    },
    JAVA_3_9("Java client 3.9") {
        @Override
        String version() {
            return Libraries.of("java-3.9").version("kafka-clients");
        }
    },
    JAVA_4_0("Java client 4.0") {
        @Override
        String version() {
            return Libraries.of("java-4.0").version("kafka-clients");
        }
    },
    KAFKA_STREAMS("Kafka Streams") {
        @Override
        String version() {
            return versionOfStreams();
        }
    },
    KAFKAJS("kafkajs") {
        @Override
        String version() {
            return NodeProgram.of("kafkajs").version("kafkajs");
        }
    },
    KAFKA_PYTHON("kafka-python") {
        @Override
        String version() {
            return Command.of(PYTHON, "-c", "import kafka; print(kafka.__version__)")
                    .run()
                    .orFail()
                    .text()
                    .strip();
        }
    },
    PLATFORMATIC_KAFKA("@platformatic/kafka") {
        @Override
        String version() {
            return NodeProgram.of("platformatic-kafka").version("@platformatic/kafka");
        }
    },
    KAFKA_TOOLS("Apache Kafka's tools") {
        @Override
        String version() {
            return new Libraries(KafkaTool.libraries()).version("kafka-tools");
        }
    },
    KCAT("kcat") {
        @Override
        String version() {
            return versionOfKcat();
        }
    };

    /** Debian's own: it has Debian's packages. */
    static final String PYTHON = "/usr/bin/python3";

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

    /** Its own and its library's: "1.7.1 (librdkafka 2.0.2)". */
    private static String versionOfKcat() {
        String text = Command.of("kcat", "-V").run().text();
        String own = text.replaceAll("(?s).*Version ([0-9.]+).*", "$1");
        return own + " (librdkafka " + text.replaceAll("(?s).*librdkafka ([0-9.]+).*", "$1") + ")";
    }
}
