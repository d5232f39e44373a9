package dev.curia.log;

import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.log.io.CheckpointFile;
import dev.curia.log.io.FileSystem;
import dev.curia.log.io.MalformedFileException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What the small files of a log directory, or of a partition, say: for tools that show or check them. Changes nothing. Stateless. */
public final class DirectoryFacts {
    /** The files that hold one offset a partition. */
    public enum Checkpoint {
        RECOVERY_POINT("recovery-point-offset-checkpoint"),
        LOG_START_OFFSET("log-start-offset-checkpoint"),
        HIGH_WATERMARK("replication-offset-checkpoint"),
        /** Up to where a log was compacted. */
        CLEANER("cleaner-offset-checkpoint"),
        /** Before it tombstones and markers may be missing, compacted away here or where the log was copied from. */
        DELETES_REMOVED("deletes-removed-offset-checkpoint");

        private final String fileName;

        Checkpoint(String fileName) {
            this.fileName = fileName;
        }

        public String fileName() {
            return fileName;
        }
    }

    /** The name of the file that says to which topic, by id, a partition's directory belongs. */
    public static final String PARTITION_METADATA = PartitionMetadata.FILE_NAME;

    /** The name of the file that says whose a log directory is. */
    public static final String META_PROPERTIES = MetaProperties.FILE_NAME;

    /** The name of the file that says which log directories the broker has. */
    public static final String DIRECTORY_IDS = DirectoryIds.FILE_NAME;

    /** The name of the file that says as which broker epoch the directory was last written. */
    public static final String BROKER_LIFE = BrokerLife.FILE_NAME;

    private DirectoryFacts() {}

    /** Whose a log directory is. */
    public record Identity(String clusterId, int nodeId, Uuid directoryId) {}

    /** Empty: there is no {@code meta.properties}, so this is no log directory. */
    public static Optional<Identity> identity(FileSystem files, Path logDirectory) throws IOException {
        return MetaProperties.read(files, logDirectory)
                .map(found -> new Identity(found.clusterId(), found.nodeId(), found.directoryId()));
    }

    /** In the file's order; empty when there is no such file. */
    public static Map<TopicPartition, Long> offsets(FileSystem files, Path logDirectory, Checkpoint checkpoint)
            throws IOException {
        Path path = logDirectory.resolve(checkpoint.fileName);
        CheckpointFile file = new CheckpointFile(files, path);
        Map<TopicPartition, Long> offsets = new LinkedHashMap<>();
        for (String[] fields : file.read(3)) {
            TopicPartition name;
            try {
                name = new TopicPartition(fields[0], Math.toIntExact(file.number(fields[1])));
            } catch (IllegalArgumentException | ArithmeticException e) {
                throw new MalformedFileException(path, "names a partition that cannot be: " + e.getMessage());
            }
            if (offsets.put(name, file.number(fields[2])) != null) {
                throw new MalformedFileException(path, "names " + name + " twice");
            }
        }
        return offsets;
    }

    /** Whether the last process that used the log directory closed all its logs. */
    public static boolean stoppedCleanly(FileSystem files, Path logDirectory) {
        return new CleanShutdownFile(files, logDirectory).exists();
    }

    /** The broker epoch of the last clean stop; empty after any other, or when the file does not name it. */
    public static OptionalLong cleanShutdownBrokerEpoch(FileSystem files, Path logDirectory) throws IOException {
        return new CleanShutdownFile(files, logDirectory).brokerEpoch();
    }

    /** The id of a partition directory's topic; empty when it has no {@code partition.metadata}. */
    public static Optional<Uuid> topicId(FileSystem files, Path partitionDirectory) throws IOException {
        return PartitionMetadata.read(files, partitionDirectory);
    }

    /** Reads a partition directory's name, {@code <topic>-<partition>}; empty for any other name. */
    public static Optional<TopicPartition> partitionName(String directoryName) {
        return PartitionDirectory.parseName(directoryName);
    }
}
