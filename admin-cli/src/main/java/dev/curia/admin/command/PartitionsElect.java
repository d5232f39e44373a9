package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.common.text.Json;
import dev.curia.proto.admin.v1.ElectLeadersRequest;
import dev.curia.proto.admin.v1.ElectLeadersResponse;
import dev.curia.proto.admin.v1.ElectedLeader;
import dev.curia.proto.admin.v1.TopicPartitions;
import dev.curia.proto.common.v1.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code curia partitions elect}. */
@Command(
        name = "elect",
        description = {
            "Give leadership back to preferred leaders: the first of a partition's replicas, where it is in sync. The cluster does so by"
                    + " itself from time to time; see auto.leader.rebalance.enable.",
            "",
            "With --unclean: where nobody leads, because no replica that is alive is known to have all that was acknowledged, the one with the"
                    + " longest log leads. What only the others have is lost."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  curia partitions elect --all",
            "  curia partitions elect orders --partition 0 --partition 3",
            "  curia partitions elect orders --partition 0 --unclean"
        })
final class PartitionsElect extends AdminCommand {
    @Parameters(arity = "0..*", paramLabel = "TOPIC", description = "Names of topics.")
    private List<String> topics = List.of();

    @Option(
            names = {"-p", "--partition"},
            paramLabel = "NUMBER",
            description = "Only this partition of the topic; may be repeated.")
    private List<Integer> partitions = List.of();

    @Option(names = "--all", description = "All partitions of the cluster.")
    private boolean all;

    @Option(names = "--unclean", description = "Accept that records may be lost.")
    private boolean unclean;

    PartitionsElect(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        if (all != topics.isEmpty()) throw curia.usage("Expected either names of topics or --all.");
        if (!partitions.isEmpty() && topics.size() != 1) {
            throw curia.usage("--partition goes with exactly one topic, not with " + topics.size() + ".");
        }
        ElectLeadersRequest.Builder request =
                ElectLeadersRequest.newBuilder().setAll(all).setUnclean(unclean);
        topics.forEach(topic -> request.addPartitions(
                TopicPartitions.newBuilder().setTopic(topic).addAllPartitions(partitions)));
        AdminClient.Answer<ElectLeadersResponse> answer = admin.change(
                unclean ? "elect leaders" : "elect preferred leaders", stub -> stub.electLeaders(request.build()));
        return report(answer.response().getPartitionsList());
    }

    private int report(List<ElectedLeader> results) {
        List<Object> json = new ArrayList<>();
        int elected = 0;
        int needless = 0;
        for (ElectedLeader result : results) {
            ErrorCode code = result.getStatus().getCode();
            Json.Obj row = Json.object().put("topic", result.getTopic()).put("partition", result.getPartition());
            if (code == ErrorCode.NONE) {
                elected++;
                json.add(row.put("leader", result.getLeader()));
                say("Partition " + name(result) + ": broker " + result.getLeader() + " leads.");
                continue;
            }
            json.add(row.put("error", code).put("message", result.getStatus().getMessage()));
            if (code == ErrorCode.ELECTION_NOT_NEEDED) needless++;
            else {
                curia.terminal()
                        .err()
                        .println("curia: no election for " + name(result) + ": "
                                + result.getStatus().getMessage() + " (" + code + ")");
            }
        }
        if (curia.structured()) curia.print(curia.data(json));
        if (elected == 0 && elected + needless == results.size()) say("No partition needed an election.");
        return elected + needless == results.size() ? ExitCode.OK : ExitCode.REFUSED;
    }

    private void say(String line) {
        if (!curia.structured()) curia.print(line + "\n");
    }

    private static String name(ElectedLeader result) {
        return result.getTopic() + "-" + result.getPartition();
    }
}
