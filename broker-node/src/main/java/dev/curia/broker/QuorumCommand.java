package dev.curia.broker;

import dev.curia.common.time.Clock;
import java.security.SecureRandom;
import java.util.Map;
import java.util.random.RandomGenerator;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code curia quorum} with the subcommands of this program; the others are of the administration program. */
final class QuorumCommand {
    private QuorumCommand() {}

    static CommandLine commandLine(Map<String, String> environment, Clock clock) {
        RandomGenerator random = new SecureRandom();
        return new CommandLine(new Quorum())
                .addSubcommand(new QuorumRecoverCommand(environment, clock, random))
                .addSubcommand(new CommandLine(new Snapshot())
                        .addSubcommand(new QuorumRestoreCommand(environment, clock, random)));
    }

    @Command(name = "quorum", description = "The metadata quorum.", synopsisSubcommandLabel = "COMMAND")
    private static final class Quorum extends Group {
        Quorum() {
            super("recover or snapshot");
        }
    }

    @Command(name = "snapshot", description = "Backups of the metadata.", synopsisSubcommandLabel = "COMMAND")
    private static final class Snapshot extends Group {
        Snapshot() {
            super("restore");
        }
    }

    private abstract static class Group implements Runnable {
        private final String expected;

        @Spec
        @SuppressWarnings("NullAway.Init") // by picocli
        private CommandSpec spec;

        Group(String expected) {
            this.expected = expected;
        }

        @Override
        public void run() {
            throw new ParameterException(spec.commandLine(), "Missing command: expected " + expected + ".");
        }
    }
}
