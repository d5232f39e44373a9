package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.common.text.Json;
import dev.curia.common.text.Table;
import dev.curia.proto.admin.v1.DescribeQuorumRequest;
import dev.curia.proto.admin.v1.DescribeQuorumResponse;
import dev.curia.proto.admin.v1.QuorumNodeDescription;
import picocli.CommandLine.Command;

/** {@code curia quorum status}. */
@Command(
        name = "status",
        description =
                "Show the metadata quorum: its leader (the active controller), its term, and how far each node is.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {"  curia quorum status", "  curia quorum status --server quorum-2:9094 --json"})
final class QuorumStatus extends AdminCommand {
    QuorumStatus(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        DescribeQuorumResponse quorum = admin.read(
                "describe the quorum", stub -> stub.describeQuorum(DescribeQuorumRequest.getDefaultInstance()));
        curia.print(curia.json() ? Json.pretty(toJson(quorum)) : toText(quorum));
        return quorum.getLeaderId() < 0 ? ExitCode.REFUSED : ExitCode.OK;
    }

    private static String toText(DescribeQuorumResponse quorum) {
        StringBuilder text = new StringBuilder();
        text.append("Leader:     ")
                .append(
                        quorum.getLeaderId() < 0
                                ? "none: an election is on, or the majority is gone"
                                : quorum.getLeaderId())
                .append('\n');
        text.append("Term:       ").append(quorum.getTerm()).append('\n');
        text.append("Committed:  ").append(quorum.getCommittedIndex()).append('\n');
        text.append("Applied:    ").append(quorum.getAppliedIndex()).append('\n');
        text.append("Snapshot:   ")
                .append(unknown(quorum.getSnapshotIndex(), "none"))
                .append('\n');
        text.append("Answered by node ").append(quorum.getAnsweringNodeId()).append(".\n\n");
        Table table = new Table("NODE", "ROLE", "RAFT", "GRPC", "MATCH", "LAST CONTACT");
        for (QuorumNodeDescription node : quorum.getNodesList()) {
            table.row(
                    node.getNodeId(),
                    node.getNodeId() == quorum.getLeaderId() ? "leader" : "follower",
                    node.getPeerAddress(),
                    node.getRpcAddress(),
                    unknown(node.getMatchIndex(), "?"),
                    node.getLastContactMs() < 0 ? "?" : node.getLastContactMs() + " ms ago");
        }
        return text.append(table.render()).toString();
    }

    private static String unknown(long index, String text) {
        return index < 0 ? text : Long.toString(index);
    }

    private static Json.Obj toJson(DescribeQuorumResponse quorum) {
        return Json.object()
                .put("leaderId", quorum.getLeaderId())
                .put("term", quorum.getTerm())
                .put("answeringNodeId", quorum.getAnsweringNodeId())
                .put("committedIndex", quorum.getCommittedIndex())
                .put("appliedIndex", quorum.getAppliedIndex())
                .put("snapshotIndex", quorum.getSnapshotIndex())
                .put(
                        "nodes",
                        quorum.getNodesList().stream()
                                .map(node -> Json.object()
                                        .put("nodeId", node.getNodeId())
                                        .put("raft", node.getPeerAddress())
                                        .put("grpc", node.getRpcAddress())
                                        .put("matchIndex", node.getMatchIndex())
                                        .put("lastContactMs", node.getLastContactMs()))
                                .toList());
    }
}
