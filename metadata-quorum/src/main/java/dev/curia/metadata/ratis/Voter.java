package dev.curia.metadata.ratis;

import dev.curia.metadata.port.QuorumStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A member of the quorum and where it is reached. Immutable. As text: {@code id@host:raftPort:rpcPort}, an IPv6 host in brackets.
 *
 * @param host a name or address that every other member can reach
 * @param raftPort of the quorum's own traffic
 * @param rpcPort of the gRPC services that brokers and tools use
 */
public record Voter(int id, String host, int raftPort, int rpcPort) {
    private static final Pattern TEXT =
            Pattern.compile("(\\d{1,9})@(\\[[0-9a-fA-F:.%]+]|[^\\s:@\\[\\]]+):(\\d{1,5}):(\\d{1,5})");
    private static final int MAX_PORT = 65_535;

    /** @throws IllegalArgumentException saying what is wrong with a port */
    public Voter {
        requirePort("raft", raftPort, host);
        requirePort("rpc", rpcPort, host);
    }

    /**
     * Reads one voter.
     *
     * @throws IllegalArgumentException saying what is wrong with which text
     */
    public static Voter parse(String text) {
        Matcher matcher = TEXT.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a voter: expected id@host:raftPort:rpcPort, such as 1@10.0.0.1:9093:9094");
        }
        return new Voter(
                Integer.parseInt(matcher.group(1)),
                matcher.group(2),
                Integer.parseInt(matcher.group(3)),
                Integer.parseInt(matcher.group(4)));
    }

    /**
     * Reads voters separated by commas.
     *
     * @throws IllegalArgumentException when there is none, one is not readable, or two have the same id or address
     */
    public static List<Voter> parseList(String text) {
        List<Voter> voters = new ArrayList<>();
        for (String item : text.split(",", -1)) voters.add(parse(item));
        requireDistinct(voters);
        return List.copyOf(voters);
    }

    static void requireDistinct(List<Voter> voters) {
        for (int i = 0; i < voters.size(); i++) {
            for (Voter other : voters.subList(0, i)) {
                Voter voter = voters.get(i);
                if (voter.id == other.id) {
                    throw new IllegalArgumentException(
                            "two voters have the id " + voter.id + ": " + other + ", " + voter);
                }
                if (voter.raftAddress().equals(other.raftAddress())) {
                    throw new IllegalArgumentException("voters " + other.id + " and " + voter.id
                            + " have the same address " + voter.raftAddress());
                }
            }
        }
    }

    QuorumStatus.Node node() {
        return new QuorumStatus.Node(id, raftAddress(), rpcAddress());
    }

    public String raftAddress() {
        return host + ":" + raftPort;
    }

    public String rpcAddress() {
        return host + ":" + rpcPort;
    }

    @Override
    public String toString() {
        return id + "@" + host + ":" + raftPort + ":" + rpcPort;
    }

    private static void requirePort(String what, int port, String host) {
        if (port < 1 || port > MAX_PORT) {
            throw new IllegalArgumentException(
                    "the " + what + " port " + port + " of voter " + host + " is not from 1 to " + MAX_PORT);
        }
    }
}
