package dev.curia.broker;

import dev.curia.backup.MetadataBackup;
import dev.curia.common.time.Clock;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.ratis.QuorumNodeConfig;
import dev.curia.metadata.ratis.QuorumRestore;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Parameters;

/** {@code curia quorum snapshot restore}: a quorum of one node from a backup. */
@Command(
        name = "restore",
        mixinStandardHelpOptions = true,
        description = {
            "Make a quorum of one node from what 'curia quorum snapshot save' wrote, in that node's empty directory. For when all nodes of the"
                    + " quorum are lost at once: with one that is left, 'curia quorum recover' loses less.",
            "",
            "What happened since the backup is forgotten: topics made, deleted, or moved. Brokers delete nothing because of that: what they"
                    + " have of partitions that the backup does not give them they keep aside, in directories whose name ends with -stray.",
            "",
            "Then start the node, and let others in with 'curia server --join' and 'curia quorum add'. The old quorum's nodes must not be"
                    + " started again with their old directories."
        },
        footer = {
            "",
            "Examples:",
            "  curia quorum snapshot describe metadata.backup",
            "  curia quorum snapshot restore metadata.backup --config quorum.properties"
        })
final class QuorumRestoreCommand extends QuorumNodeCommand {
    private static final Logger LOG = LoggerFactory.getLogger(QuorumRestoreCommand.class);

    private final Clock clock;
    private final RandomGenerator random;

    @Parameters(paramLabel = "FILE", description = "The backup.")
    @SuppressWarnings("NullAway.Init") // by picocli
    private Path file;

    QuorumRestoreCommand(Map<String, String> environment, Clock clock, RandomGenerator random) {
        super(environment);
        this.clock = clock;
        this.random = random;
    }

    @Override
    int run(QuorumNodeConfig node, PrintWriter out) throws IOException {
        if (!Files.isRegularFile(file)) throw new NoSuchFileException("there is no file " + file);
        QuorumRestore restore = new QuorumRestore(node, MetadataBackup.read(file));
        String done = restore.perform(clock, random);
        LOG.warn("quorum restored: {}", done);
        MetadataImage image = restore.image();
        out.printf("Done: %s.%n", done);
        out.printf(
                "It has %d topics and %d brokers.%n",
                image.topics().size(), image.brokers().size());
        out.printf("Start this node now, then add others: 'curia server --join' there, 'curia quorum add' here.%n");
        return ExitCode.OK;
    }
}
