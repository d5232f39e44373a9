package dev.curia.bench.product;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.kafka.clients.admin.Admin;

/** What is measured, and how it is configured and started. */
public interface Product {
    /** A node's place in the cluster. Kafka's port is that for clients, rpc that between servers. */
    record Place(int id, boolean broker, boolean quorum, int kafka, int rpc, int raft, int http) {}

    String name();

    /** The configuration file of one node, besides which {@code all} others run. */
    Map<String, String> settings(Place node, List<Place> all, Path data);

    /** Makes the data of a node that never ran. */
    void format(Place node, Path settings, Path log);

    List<String> command(Place node, Path settings);

    Map<String, String> environment();

    /** The id of the node that leads the quorum, if one is known. */
    OptionalInt quorumLeader(Admin admin, List<Place> nodes);
}
