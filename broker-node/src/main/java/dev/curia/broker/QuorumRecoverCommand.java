package dev.curia.broker;

import dev.curia.common.time.Clock;
import dev.curia.metadata.ratis.QuorumNodeConfig;
import dev.curia.metadata.ratis.QuorumRecovery;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** {@code curia quorum recover}: the last resort when a majority of the quorum is lost. */
@Command(
        name = "recover",
        mixinStandardHelpOptions = true,
        description = {
            "Make the only quorum node that is left the whole quorum. The last resort, for when a majority of the quorum's disks is"
                    + " lost for good: with a majority, or when the others can be started again, never use it.",
            "",
            "Run it on the stopped node that has the newest metadata; without --accept-loss it changes nothing and says what there"
                    + " is and what may be lost. Then start the node, and let new ones in with 'curia quorum add'. The lost nodes"
                    + " must not be started again with their old directories."
        },
        footer = {
            "",
            "Examples:",
            "  curia quorum recover --config quorum.properties",
            "  curia quorum recover --config quorum.properties --accept-loss"
        })
final class QuorumRecoverCommand extends QuorumNodeCommand {
    private static final Logger LOG = LoggerFactory.getLogger(QuorumRecoverCommand.class);

    private final Clock clock;
    private final RandomGenerator random;

    @Option(
            names = "--accept-loss",
            description = "Do it, knowing that what the lost nodes committed without this one is lost.")
    private boolean acceptLoss;

    QuorumRecoverCommand(Map<String, String> environment, Clock clock, RandomGenerator random) {
        super(environment);
        this.clock = clock;
        this.random = random;
    }

    @Override
    int run(QuorumNodeConfig node, PrintWriter out) throws IOException {
        try (QuorumRecovery recovery = QuorumRecovery.open(node)) {
            QuorumRecovery.Findings found = recovery.findings();
            out.printf(
                    "Node %d of cluster %s, in the quorum of nodes %s.%n",
                    node.nodeId(), node.clusterId(), found.voters());
            out.printf(
                    "Its log ends at entry %d of term %d: %d topics, %d brokers.%n",
                    found.lastIndex(),
                    found.lastTerm(),
                    found.image().topics().size(),
                    found.image().brokers().size());
            out.printf("%n%s%n", String.join(System.lineSeparator(), LOSS));
            if (!acceptLoss) {
                out.printf("%nNothing was changed. To do it, repeat the command with --accept-loss.%n");
                return ExitCode.SOFTWARE;
            }
            String record = recovery.perform(clock, random);
            LOG.warn("quorum recovered: {}", record);
            out.printf("%nDone: %s.%n", record);
            out.printf("Start this node now, then add others: 'curia server --join' there, 'curia quorum add' here.%n");
            return ExitCode.OK;
        }
    }

    private static final String[] LOSS = {
        "What may be lost: everything that the other nodes committed after that entry, such as",
        "  - topics and partitions created, settings changed: brokers keep their records aside, in directories whose name ends with -stray;",
        "  - topics deleted: they are there again, as far as brokers still have their records;",
        "  - changes of in-sync replicas: a replica may lead that lacks the newest acknowledged records.",
        "If another node of the quorum has a later entry, recover from that one instead."
    };
}
