package dev.curia.log;

import dev.curia.common.id.Uuid;
import dev.curia.log.io.FileSystem;
import dev.curia.log.io.MalformedFileException;
import dev.curia.log.io.SmallFiles;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import java.util.random.RandomGenerator;

/**
 * The file {@code meta.properties} (Kafka's version 1): whose a log directory is. Immutable.
 *
 * @param directoryId of this directory, for ever
 */
record MetaProperties(String clusterId, int nodeId, Uuid directoryId) {
    static final String FILE_NAME = "meta.properties";

    static Optional<MetaProperties> read(FileSystem files, Path directory) throws IOException {
        Path file = directory.resolve(FILE_NAME);
        if (!files.exists(file)) return Optional.empty();
        Properties properties = new Properties();
        properties.load(new StringReader(SmallFiles.readText(files, file)));
        if (!"1".equals(properties.getProperty("version"))) {
            throw new MalformedFileException(file, "has version " + properties.getProperty("version") + ", expected 1");
        }
        try {
            return Optional.of(new MetaProperties(
                    required(file, properties, "cluster.id"),
                    Integer.parseInt(required(file, properties, "node.id")),
                    Uuid.parse(required(file, properties, "directory.id"))));
        } catch (IllegalArgumentException e) {
            throw new MalformedFileException(file, "has a bad value: " + e.getMessage());
        }
    }

    /**
     * Of the directory, which becomes this node's when it is nobody's yet.
     *
     * @throws LogDirectoryException when it is another's
     */
    static MetaProperties claim(FileSystem files, Path path, String clusterId, int nodeId, RandomGenerator random)
            throws IOException {
        Optional<MetaProperties> found = read(files, path);
        if (found.isEmpty()) {
            MetaProperties fresh = new MetaProperties(clusterId, nodeId, Uuid.random(random));
            fresh.write(files, path);
            return fresh;
        }
        MetaProperties identity = found.get();
        if (!identity.clusterId().equals(clusterId)) {
            throw new LogDirectoryException("The log directory " + path + " belongs to cluster " + identity.clusterId()
                    + ", but this node is of cluster " + clusterId + ". Give this node another log.dirs.");
        }
        if (identity.nodeId() != nodeId) {
            throw new LogDirectoryException("The log directory " + path + " belongs to node " + identity.nodeId()
                    + ", but this is node " + nodeId + ". Correct node.id, or give this node another log.dirs.");
        }
        return identity;
    }

    void write(FileSystem files, Path directory) throws IOException {
        SmallFiles.replaceText(
                files,
                directory.resolve(FILE_NAME),
                "version=1\ncluster.id=" + clusterId + "\nnode.id=" + nodeId + "\ndirectory.id=" + directoryId + "\n");
    }

    private static String required(Path file, Properties properties, String key) throws IOException {
        String value = properties.getProperty(key);
        if (value == null) throw new MalformedFileException(file, "lacks " + key);
        return value;
    }
}
