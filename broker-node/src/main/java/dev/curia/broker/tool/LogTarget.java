package dev.curia.broker.tool;

import dev.curia.log.inspect.LogTree;
import dev.curia.log.io.FileSystem;
import dev.curia.log.io.LogFile;
import dev.curia.log.segment.SegmentFiles;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** What all commands on files take. Filled in by picocli. */
final class LogTarget {
    @Parameters(
            paramLabel = "PATH",
            description =
                    "A directory of log.dirs, the directory of one partition in it, or one of that directory's files.")
    @SuppressWarnings("NullAway.Init") // by picocli
    private Path path;

    @Option(names = "--json", description = "Print a JSON object a line.")
    private boolean json;

    @Option(
            names = "--force",
            description =
                    "Look even if a broker is using the directory. Its last segments change meanwhile, and look damaged.")
    private boolean force;

    boolean json() {
        return json;
    }

    Path path() {
        return path;
    }

    /** Finds the files. Fails with a message for people. */
    LogTree open(FileSystem files) throws IOException {
        LogTree tree = LogTree.of(files, path);
        if (!force && tree.inUse()) {
            throw new IOException(
                    tree.logDirectory() + " is in use by a running broker (its .lock is held). Stop the broker"
                            + " first, or look all the same with --force.");
        }
        return tree;
    }

    void requireSegments(LogTree tree, CommandLine line) {
        if (tree.hasSegments()) return;
        throw new ParameterException(line, path + " belongs to no segment: give the directory that it is in.");
    }

    /** Of all segments. */
    static long bytes(FileSystem files, LogTree tree) throws IOException {
        long bytes = 0;
        for (var partition : tree.partitions()) {
            for (long base : partition.segments()) {
                try (LogFile file = files.openReadOnly(partition.file(base, SegmentFiles.LOG))) {
                    bytes += file.size();
                }
            }
        }
        return bytes;
    }
}
