package dev.curia.broker.bridge;

import dev.curia.broker.kafka.api.LogDirs;
import dev.curia.common.id.TopicPartition;
import dev.curia.log.LogDirectories;
import dev.curia.log.LogDirectory;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.node.DirectoryMoves.UnderWay;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The log directories of this process, those too that could not be opened. Thread-safe. */
public final class HostedLogDirs implements LogDirs {
    private static final long UNKNOWN = -1;

    private final LogDirectories directories;
    private final Supplier<List<UnderWay>> moves;
    private final BiFunction<TopicPartition, Path, ErrorCode> move;

    /**
     * @param moves those under way
     * @param move begins one
     */
    public HostedLogDirs(
            LogDirectories directories,
            Supplier<List<UnderWay>> moves,
            BiFunction<TopicPartition, Path, ErrorCode> move) {
        this.directories = directories;
        this.moves = moves;
        this.move = move;
    }

    @Override
    public List<LogDir> describe() {
        List<UnderWay> underWay = moves.get();
        return Stream.concat(
                        directories.all().stream().map(directory -> describe(directory, underWay)),
                        directories.unopened().stream().map(unopened -> offline(unopened.path())))
                .toList();
    }

    @Override
    public ErrorCode move(TopicPartition partition, String directory) {
        try {
            return move.apply(partition, Path.of(directory));
        } catch (InvalidPathException e) {
            return ErrorCode.LOG_DIR_NOT_FOUND;
        }
    }

    private static LogDir describe(LogDirectory directory, List<UnderWay> underWay) {
        if (!directory.isOnline()) return offline(directory.path());
        Stream<Held> inService = directory.logs().stream().map(log -> new Held(log.name(), log.sizeInBytes()));
        Stream<Held> coming = underWay.stream()
                .filter(each -> each.directory().equals(directory.path()))
                .map(each -> new Held(each.partition(), each.sizeInBytes(), true, each.offsetLag()));
        return new LogDir(
                directory.path().toAbsolutePath().toString(),
                true,
                directory.totalBytes(),
                directory.usableBytes(),
                Stream.concat(inService, coming).toList());
    }

    private static LogDir offline(Path path) {
        return new LogDir(path.toAbsolutePath().toString(), false, UNKNOWN, UNKNOWN, List.of());
    }
}
