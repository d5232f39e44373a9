package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.common.text.Json;
import dev.curia.common.text.Table;
import dev.curia.proto.admin.v1.AlterReassignmentsRequest;
import dev.curia.proto.admin.v1.AlteredReassignment;
import dev.curia.proto.admin.v1.BrokerShare;
import dev.curia.proto.admin.v1.ElectLeadersRequest;
import dev.curia.proto.admin.v1.PlanRebalanceRequest;
import dev.curia.proto.admin.v1.PlanRebalanceResponse;
import dev.curia.proto.admin.v1.PlannedMove;
import dev.curia.proto.admin.v1.Reassignment;
import dev.curia.proto.common.v1.ErrorCode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code curia cluster rebalance}. */
@Command(
        name = "rebalance",
        description = {
            "Even out how many replicas and preferred leaders the brokers have, with few moves and never on fewer racks. Brokers that are away,"
                    + " in maintenance or draining are left as they are, and so are partitions that move already.",
            "",
            "--execute carries the plan out, a few moves at a time, and returns when all is even. Interrupted, the moves that have begun"
                    + " end by themselves; run again, it goes on."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {"  curia cluster rebalance --dry-run", "  curia cluster rebalance --execute --moves-per-broker 2"})
final class ClusterRebalance extends AdminCommand {
    private static final long LOOK_NANOS = 500_000_000;

    @Option(names = "--dry-run", description = "Show the plan.")
    private boolean dryRun;

    @Option(names = "--execute", description = "Carry it out.")
    private boolean execute;

    @Option(
            names = "--moves-per-broker",
            paramLabel = "NUMBER",
            defaultValue = "10",
            description = "At most so many moves to or from a broker at once (default: ${DEFAULT-VALUE}).")
    private int movesPerBroker;

    ClusterRebalance(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        if (dryRun == execute) throw curia.usage("Expected either --dry-run or --execute.");
        if (movesPerBroker < 1) throw curia.usage("Invalid value for --moves-per-broker: expected at least 1.");
        PlanRebalanceResponse plan = plan(admin);
        if (curia.structured()) curia.print(curia.data(json(plan)));
        else curia.print(text(plan));
        return execute ? execute(admin, plan) : ExitCode.OK;
    }

    private PlanRebalanceResponse plan(AdminClient admin) {
        PlanRebalanceRequest request = PlanRebalanceRequest.newBuilder()
                .setMovesPerBroker(movesPerBroker)
                .build();
        return admin.read("plan the rebalancing", stub -> stub.planRebalance(request));
    }

    /** Begins what may begin and plans anew, until there is nothing to do. */
    private int execute(AdminClient admin, PlanRebalanceResponse first) {
        int all = first.getMovesCount();
        ProgressLine line = new ProgressLine(curia);
        Set<String> refusals = new HashSet<>();
        PlanRebalanceResponse plan = first;
        boolean any = false;
        while (plan.getMovesCount() > 0 || (any && plan.getMoving() > 0)) {
            all = Math.max(all, plan.getMovesCount() + plan.getMoving());
            line.show(
                    all - plan.getMovesCount() - plan.getMoving(),
                    all,
                    plan.getMoving() + " moving, " + plan.getMovesCount() + " to go");
            boolean begun = begin(admin, plan.getMovesList(), refusals);
            any |= begun;
            if (!begun || plan.getMoving() > 0) LockSupport.parkNanos(LOOK_NANOS);
            plan = plan(admin);
        }
        line.end(all, all, "even");
        if (all > 0) {
            ElectLeadersRequest preferred =
                    ElectLeadersRequest.newBuilder().setAll(true).build();
            admin.change("elect preferred leaders", stub -> stub.electLeaders(preferred));
        }
        return ExitCode.OK;
    }

    /** @return whether any began */
    private boolean begin(AdminClient admin, List<PlannedMove> moves, Set<String> refusals) {
        AlterReassignmentsRequest.Builder request =
                AlterReassignmentsRequest.newBuilder().setKeepReplicationFactor(true);
        for (PlannedMove move : moves) {
            if (!move.getNow()) continue;
            request.addPartitions(Reassignment.newBuilder()
                    .setTopic(move.getTopic())
                    .setPartition(move.getPartition())
                    .addAllReplicas(move.getToList())
                    .addAllExpected(move.getFromList()));
        }
        if (request.getPartitionsCount() == 0) return false;
        boolean begun = false;
        for (AlteredReassignment result : admin.change(
                        "move partitions", stub -> stub.alterReassignments(request.build()))
                .response()
                .getPartitionsList()) {
            if (result.getStatus().getCode() == ErrorCode.NONE) begun = true;
            else if (refusals.add(result.getTopic() + "-" + result.getPartition())) {
                curia.terminal()
                        .err()
                        .println("curia: cannot move " + result.getTopic() + "-" + result.getPartition() + ": "
                                + result.getStatus().getMessage() + " The plan is made anew.");
            }
        }
        return begun;
    }

    private static String text(PlanRebalanceResponse plan) {
        Table shares = new Table("BROKER", "REPLICAS", "THEN", "PREFERRED LEADERS", "THEN");
        for (int i = 0; i < plan.getBeforeCount(); i++) {
            BrokerShare before = plan.getBefore(i);
            BrokerShare after = plan.getAfter(i);
            shares.row(
                    before.getBrokerId(),
                    before.getReplicas(),
                    after.getReplicas(),
                    before.getLeaders(),
                    after.getLeaders());
        }
        if (plan.getMovesCount() == 0) return shares.render() + "\nNothing could be more even.\n";
        Table moves = new Table("TOPIC", "PARTITION", "FROM", "TO", "COPIES TO");
        for (PlannedMove move : plan.getMovesList()) {
            moves.row(
                    move.getTopic(),
                    move.getPartition(),
                    TopicNames.ids(move.getFromList()),
                    TopicNames.ids(move.getToList()),
                    TopicNames.ids(copies(move)));
        }
        return shares.render() + "\n" + moves.render() + TopicNames.count(plan.getMovesCount(), "partition")
                + " would change.\n";
    }

    private static Json.Obj json(PlanRebalanceResponse plan) {
        return Json.object()
                .put(
                        "before",
                        plan.getBeforeList().stream()
                                .map(ClusterRebalance::json)
                                .toList())
                .put(
                        "after",
                        plan.getAfterList().stream().map(ClusterRebalance::json).toList())
                .put("moving", plan.getMoving())
                .put(
                        "moves",
                        plan.getMovesList().stream()
                                .map(move -> Json.object()
                                        .put("topic", move.getTopic())
                                        .put("partition", move.getPartition())
                                        .put("from", move.getFromList())
                                        .put("to", move.getToList())
                                        .put("copiesTo", copies(move)))
                                .toList());
    }

    private static Json.Obj json(BrokerShare share) {
        return Json.object()
                .put("brokerId", share.getBrokerId())
                .put("replicas", share.getReplicas())
                .put("preferredLeaders", share.getLeaders());
    }

    private static List<Integer> copies(PlannedMove move) {
        return move.getToList().stream()
                .filter(id -> !move.getFromList().contains(id))
                .toList();
    }
}
