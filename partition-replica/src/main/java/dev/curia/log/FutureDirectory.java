package dev.curia.log;

import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.log.io.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a partition that moves to another log directory is copied to, {@code <topic>-<partition>.<32 digits>-future} as in Kafka: it holds no
 * partition yet, and says which move is under way. The topic is cut where the name would be too long for a file system. Immutable.
 *
 * @param topicId empty when the copying had hardly begun
 */
public record FutureDirectory(Optional<Uuid> topicId, int partition, Path path) {
    private static final String FUTURE = "-future";
    private static final Pattern NAME = Pattern.compile(".+-(\\d{1,10})\\.[0-9a-f]{32}" + FUTURE);
    /** A file name's bound on common file systems, in bytes. */
    private static final int MAX_NAME = 255;

    /** @param uniqueId 32 digits */
    static String name(TopicPartition partition, String uniqueId) {
        String end = "-" + partition.partition() + "." + uniqueId + FUTURE;
        String topic = partition.topic();
        return topic.substring(0, Math.min(topic.length(), MAX_NAME - end.length())) + end;
    }

    static List<FutureDirectory> in(FileSystem files, Path logDirectory) throws IOException {
        List<FutureDirectory> found = new ArrayList<>();
        for (Path entry : files.list(logDirectory)) {
            OptionalInt partition = parseName(String.valueOf(entry.getFileName()));
            if (partition.isEmpty()) continue;
            found.add(new FutureDirectory(PartitionMetadata.read(files, entry), partition.getAsInt(), entry));
        }
        return found;
    }

    /** The partition's number; empty for any other name. */
    private static OptionalInt parseName(String directoryName) {
        Matcher matcher = NAME.matcher(directoryName);
        if (!matcher.matches()) return OptionalInt.empty();
        try {
            return OptionalInt.of(Integer.parseInt(matcher.group(1)));
        } catch (NumberFormatException e) {
            return OptionalInt.empty();
        }
    }
}
