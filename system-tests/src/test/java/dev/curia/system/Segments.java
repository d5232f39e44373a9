package dev.curia.system;

import dev.curia.testkit.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.FileLogInputStream;
import org.apache.kafka.common.record.internal.FileRecords;

/** The files of one partition in a broker's log directory, read with Apache Kafka's code. */
record Segments(Path directory) {
    /** Wherever the broker has it. */
    static Segments of(LocalCluster cluster, int broker, TopicPartition partition) {
        return new Segments(logDirectory(cluster, broker, partition).resolve(partition.toString()));
    }

    /** In which of its log directories a broker has a partition. */
    static Path logDirectory(LocalCluster cluster, int broker, TopicPartition partition) {
        return cluster.logDirectories(broker).stream()
                .filter(directory -> Files.exists(directory.resolve(partition.toString())))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("broker " + broker + " has no " + partition));
    }

    /** Waits until all brokers have the same bytes of every partition. */
    static void awaitEqual(LocalCluster cluster, int brokers, String topic, int partitions) {
        for (int i = 0; i < partitions; i++) {
            TopicPartition partition = new TopicPartition(topic, i);
            Await.until("equal replicas of " + partition, Clients.PATIENCE, () -> {
                Set<String> digests = new HashSet<>();
                for (int broker = 1; broker <= brokers; broker++) {
                    digests.add(of(cluster, broker, partition).digest());
                }
                if (digests.size() > 1) throw new IllegalStateException("replicas differ: " + digests);
                return true;
            });
        }
    }

    List<Path> logs() {
        return files(".log");
    }

    List<Path> files(String suffix) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How each batch is compressed, in offset order; fails on a damaged batch. */
    List<CompressionType> codecs() {
        List<CompressionType> codecs = new ArrayList<>();
        for (Path log : logs()) {
            try (FileRecords records = FileRecords.open(log.toFile(), false)) {
                for (FileLogInputStream.FileChannelRecordBatch batch : records.batches()) {
                    batch.ensureValid();
                    codecs.add(batch.compressionType());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return codecs;
    }

    /** All bytes of the log files, one after the other. */
    byte[] bytes() {
        try (ByteArrayOutputStream all = new ByteArrayOutputStream()) {
            for (Path log : logs()) all.write(Files.readAllBytes(log));
            return all.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Size and hash of {@link #bytes()}. */
    String digest() {
        byte[] bytes = bytes();
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return bytes.length + " bytes, crc " + Long.toHexString(crc.getValue());
    }

    /** Writes batches behind those of the last segment. The broker must be down. */
    void append(ByteBuffer... batches) throws IOException {
        Path last = logs().get(logs().size() - 1);
        try (FileChannel channel = FileChannel.open(last, StandardOpenOption.APPEND)) {
            for (ByteBuffer batch : batches) {
                while (batch.hasRemaining()) channel.write(batch);
            }
        }
    }

    /** Runs Apache Kafka's DumpLogSegments over files of this partition. */
    Command.Result dump(List<Path> files, String... options) {
        List<String> arguments = new ArrayList<>(
                List.of("--files", files.stream().map(Path::toString).collect(Collectors.joining(","))));
        arguments.addAll(List.of(options));
        return KafkaTool.run("org.apache.kafka.tools.DumpLogSegments", arguments)
                .orFail();
    }
}
