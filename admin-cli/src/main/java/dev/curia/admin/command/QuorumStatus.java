package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.common.text.Json;
import dev.curia.common.text.Table;
import dev.curia.proto.admin.v1.InspectQuorumResponse;
import dev.curia.proto.admin.v1.QuorumChange;
import dev.curia.proto.admin.v1.QuorumNodeState;
import dev.curia.proto.admin.v1.QuorumVoter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code curia quorum status}. */
@Command(
        name = "status",
        aliases = "doctor",
        description = {
            "Show the metadata quorum: its leader (the active controller), how far each voter is, the digest of the metadata that each"
                    + " holds, a change of its members under way, and what is wrong, each with a remedy.",
            "The exit code is 1 when there is no leader, and with --check when anything is wrong."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  curia quorum status",
            "  curia quorum status --server quorum-2:9094 --json",
            "  curia quorum doctor --check"
        })
final class QuorumStatus extends ViewCommand {
    @Option(names = "--check", description = "Exit with 1 when there is any problem, for scripts.")
    private boolean check;

    QuorumStatus(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        InspectQuorumResponse quorum = QuorumCalls.inspect(curia, admin, channels);
        curia.print(curia.structured() ? curia.data(toJson(quorum)) : toText(quorum));
        boolean bad = quorum.getLeaderId() < 0 || (check && quorum.getProblemsCount() > 0);
        return bad ? ExitCode.REFUSED : ExitCode.OK;
    }

    private static String toText(InspectQuorumResponse quorum) {
        StringBuilder text = new StringBuilder();
        text.append("Leader:     ")
                .append(
                        quorum.getLeaderId() < 0
                                ? "none: an election is on, or the majority is gone"
                                : quorum.getLeaderId())
                .append('\n');
        text.append("Term:       ").append(quorum.getTerm()).append('\n');
        text.append("Committed:  ").append(quorum.getCommittedIndex()).append('\n');
        if (quorum.hasChange())
            text.append("Change:     ").append(change(quorum)).append('\n');
        text.append("Answered by node ")
                .append(quorum.getAnswering().getNodeId())
                .append(".\n\n");
        Table table = new Table(
                "NODE", "ROLE", "RAFT", "GRPC", "LAST CONTACT", "APPLIED", "SNAPSHOT", "METADATA", "DISK FREE");
        for (QuorumVoter voter : quorum.getVotersList()) {
            boolean heard = voter.hasState();
            QuorumNodeState state = voter.getState();
            table.row(
                    voter.getNodeId(),
                    voter.getNodeId() == quorum.getLeaderId() ? "leader" : "follower",
                    voter.getPeerAddress(),
                    voter.getRpcAddress(),
                    voter.getLastContactMs() < 0 ? "?" : voter.getLastContactMs() + " ms ago",
                    heard ? unknown(state.getAppliedIndex(), "none") : unknown(voter.getMatchIndex(), "?"),
                    heard ? unknown(state.getSnapshotIndex(), "none") : "?",
                    heard ? digest(state.getImageDigest()) + " at " + state.getImageIndex() : "?",
                    heard ? (state.getDiskUsableBytes() >> 20) + " MiB" : "?");
        }
        text.append(table.render());
        quorum.getProblemsList()
                .forEach(problem -> text.append("\nProblem: ")
                        .append(problem.getWhat())
                        .append(".\n  Remedy: ")
                        .append(problem.getRemedy())
                        .append(".\n"));
        return text.toString();
    }

    private static String change(InspectQuorumResponse quorum) {
        QuorumChange change = quorum.getChange();
        return switch (change.getState()) {
            case RUNNING ->
                change.getWhat() + ", under way"
                        + (change.getMatchIndex() < 0
                                ? ""
                                : ", " + change.getMatchIndex() + " of " + quorum.getCommittedIndex() + " entries");
            case DONE -> change.getWhat() + ", done";
            case FAILED -> change.getWhat() + ", failed: " + change.getReason();
            case UNRECOGNIZED -> change.getWhat();
        };
    }

    private static String digest(long digest) {
        return String.format("%016x", digest);
    }

    private static String unknown(long index, String text) {
        return index < 0 ? text : Long.toString(index);
    }

    private static Json.Obj toJson(InspectQuorumResponse quorum) {
        Json.Obj json = Json.object()
                .put("clusterId", quorum.getClusterId())
                .put("leaderId", quorum.getLeaderId())
                .put("term", quorum.getTerm())
                .put("committedIndex", quorum.getCommittedIndex())
                .put("answeringNodeId", quorum.getAnswering().getNodeId())
                .put(
                        "nodes",
                        quorum.getVotersList().stream()
                                .map(QuorumStatus::toJson)
                                .toList())
                .put(
                        "problems",
                        quorum.getProblemsList().stream()
                                .map(problem -> Json.object()
                                        .put("what", problem.getWhat())
                                        .put("remedy", problem.getRemedy()))
                                .toList())
                .put(
                        "mismatches",
                        quorum.getMismatchesList().stream()
                                .map(mismatch -> Json.object()
                                        .put("member", mismatch.getMember())
                                        .put("index", mismatch.getIndex())
                                        .put("expected", digest(mismatch.getExpected()))
                                        .put("found", digest(mismatch.getFound())))
                                .toList());
        if (quorum.hasChange()) {
            QuorumChange change = quorum.getChange();
            json.put(
                    "change",
                    Json.object()
                            .put("what", change.getWhat())
                            .put("state", change.getState().name())
                            .put("reason", change.getReason()));
        }
        return json;
    }

    private static Json.Obj toJson(QuorumVoter voter) {
        Json.Obj json = Json.object()
                .put("nodeId", voter.getNodeId())
                .put("raft", voter.getPeerAddress())
                .put("grpc", voter.getRpcAddress())
                .put("matchIndex", voter.getMatchIndex())
                .put("lastContactMs", voter.getLastContactMs());
        if (!voter.hasState()) return json;
        QuorumNodeState state = voter.getState();
        return json.put("appliedIndex", state.getAppliedIndex())
                .put("snapshotIndex", state.getSnapshotIndex())
                .put("metadataIndex", state.getImageIndex())
                .put("metadataDigest", digest(state.getImageDigest()))
                .put("diskUsableBytes", state.getDiskUsableBytes())
                .put("diskTotalBytes", state.getDiskTotalBytes());
    }
}
