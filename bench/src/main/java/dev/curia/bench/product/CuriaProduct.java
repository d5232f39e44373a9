package dev.curia.bench.product;

import dev.curia.proto.admin.v1.AdminGrpc;
import dev.curia.proto.admin.v1.DescribeQuorumRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;

/**
 * Curia as it is distributed, with the options of its start script.
 *
 * @param home the built distribution
 * @param more settings that differ from its defaults
 */
public record CuriaProduct(String name, Path home, Jvm jvm, Map<String, String> more) implements Product {
    private static final String HOST = "127.0.0.1:";

    /** A combined node's quorum part listens for gRPC beside its broker part. */
    private static int quorumRpc(Place node) {
        return node.broker() ? node.rpc() + 1 : node.rpc();
    }

    @Override
    public Map<String, String> settings(Place node, List<Place> all, Path data) {
        Map<String, String> settings = new LinkedHashMap<>(more);
        List<Place> voters = all.stream().filter(Place::quorum).toList();
        settings.put("node.id", Integer.toString(node.id()));
        settings.put("cluster.id", "bench");
        settings.put("http.listener", HOST + node.http());
        if (node.quorum()) {
            settings.put("process.roles", node.broker() ? "quorum,broker" : "quorum");
            settings.put(
                    "quorum.voters",
                    voters.stream()
                            .map(v -> v.id() + "@" + HOST + v.raft() + ":" + quorumRpc(v))
                            .collect(Collectors.joining(",")));
            settings.put("quorum.data.dir", data + "/quorum");
        } else {
            settings.put("process.roles", "broker");
            settings.put(
                    "quorum.bootstrap.servers",
                    voters.stream().map(v -> HOST + quorumRpc(v)).collect(Collectors.joining(",")));
        }
        if (node.broker()) {
            settings.put("listeners", "PLAINTEXT://" + HOST + node.kafka());
            settings.put("rpc.listener", HOST + node.rpc());
            settings.put("log.dirs", data + "/log");
        }
        return settings;
    }

    /** The first start does it. */
    @Override
    public void format(Place node, Path settings, Path log) {}

    @Override
    public List<String> command(Place node, Path settings) {
        List<String> server = List.of(home.resolve("bin/curia").toString(), "server", "--config", settings.toString());
        if (!node.quorum()) return server;
        return List.of(server.get(0), server.get(1), server.get(2), server.get(3), "--format");
    }

    @Override
    public Map<String, String> environment() {
        return Map.of("CURIA_HEAP_OPTS", jvm.heap(), "JAVA_HOME", jvm.home().toString());
    }

    @Override
    public OptionalInt quorumLeader(Admin admin, List<Place> nodes) {
        for (Place node : nodes) {
            if (!node.quorum()) continue;
            ManagedChannel channel = NettyChannelBuilder.forTarget(HOST + quorumRpc(node))
                    .usePlaintext()
                    .build();
            try {
                int leader = AdminGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(2, TimeUnit.SECONDS)
                        .describeQuorum(DescribeQuorumRequest.getDefaultInstance())
                        .getLeaderId();
                if (leader >= 0) return OptionalInt.of(leader);
            } catch (StatusRuntimeException unavailable) {
                // the next may know
            } finally {
                channel.shutdownNow();
            }
        }
        return OptionalInt.empty();
    }
}
