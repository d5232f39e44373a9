package dev.curia.log;

import dev.curia.log.inspect.Finding;
import dev.curia.log.inspect.LogTree;
import dev.curia.log.inspect.LogVerifier;
import dev.curia.log.inspect.PartitionFiles;
import dev.curia.log.inspect.PartitionSummary;
import dev.curia.log.inspect.Severity;
import dev.curia.log.io.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code curia log verify} says of log directories.
 *
 * @param partitions how many there are
 * @param wrong more than notes
 */
public record Verification(int partitions, List<Finding> wrong) {
    public static Verification of(FileSystem files, List<Path> directories) throws IOException {
        List<Finding> wrong = new ArrayList<>();
        LogVerifier.Sink sink = new LogVerifier.Sink() {
            @Override
            public void finding(@Nullable PartitionFiles partition, Finding finding) {
                if (finding.severity() != Severity.NOTE) wrong.add(finding);
            }

            @Override
            public void partition(PartitionSummary summary) {}
        };
        int partitions = 0;
        for (Path each : directories) {
            LogTree tree = LogTree.of(files, each);
            partitions += tree.partitions().size();
            new LogVerifier(files, new LogVerifier.Options(true, false), sink, bytes -> {}).verify(tree);
        }
        return new Verification(partitions, wrong);
    }
}
