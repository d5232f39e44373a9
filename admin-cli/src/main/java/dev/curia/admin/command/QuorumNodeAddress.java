package dev.curia.admin.command;

import dev.curia.common.net.HostPort;
import picocli.CommandLine.Option;

/** Where a quorum node that is to be added is reached. */
final class QuorumNodeAddress {
    @Option(
            names = "--peer",
            required = true,
            paramLabel = "HOST:PORT",
            description = "Where the other quorum nodes reach it, as in its own entry in quorum.voters.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String peer;

    @Option(
            names = "--rpc",
            required = true,
            paramLabel = "HOST:PORT",
            description = "Where brokers and this command reach it.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String rpc;

    String peer(CuriaCommand curia) {
        return checked(curia, "--peer", peer);
    }

    String rpc(CuriaCommand curia) {
        return checked(curia, "--rpc", rpc);
    }

    private static String checked(CuriaCommand curia, String option, String text) {
        try {
            HostPort.parse(text);
            return text;
        } catch (IllegalArgumentException e) {
            throw curia.usage("Invalid value for option '" + option + "': " + e.getMessage() + ".");
        }
    }
}
