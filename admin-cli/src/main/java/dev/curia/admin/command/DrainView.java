package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.common.text.Json;
import dev.curia.common.text.Table;
import dev.curia.proto.admin.v1.DescribeDrainRequest;
import dev.curia.proto.admin.v1.DescribeDrainResponse;
import dev.curia.proto.admin.v1.DrainStep;
import dev.curia.proto.admin.v1.DrainStep.Stage;
import dev.curia.proto.common.v1.BrokerStanding;
import dev.curia.proto.common.v1.ErrorCode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/** Shows what is left of a broker's drain, once or until it ends. */
final class DrainView {
    private static final long LOOK_NANOS = 500_000_000;
    private static final int LOOKS_WHEN_STUCK = 10; // what blocks may be about to end

    private final CuriaCommand curia;
    private final AdminClient admin;
    private final int broker;

    DrainView(CuriaCommand curia, AdminClient admin, int broker) {
        this.curia = curia;
        this.admin = admin;
        this.broker = broker;
    }

    DescribeDrainResponse look() {
        DescribeDrainRequest request =
                DescribeDrainRequest.newBuilder().setBrokerId(broker).build();
        return admin.read("look at the drain of broker " + broker, stub -> stub.describeDrain(request));
    }

    /** Prints what is left, or what would be done. */
    void print(DescribeDrainResponse drain) {
        if (curia.structured()) {
            curia.print(curia.data(json(drain)));
            return;
        }
        if (drain.getPartitionsCount() == 0) {
            curia.print("Broker " + broker + " holds no replica.\n");
            return;
        }
        Table table = new Table("TOPIC", "PARTITION", "STATE", "FROM", "TO", "WHY");
        for (DrainStep step : drain.getPartitionsList()) {
            table.row(
                    step.getTopic(),
                    step.getPartition(),
                    stage(step),
                    TopicNames.ids(step.getReplicasList()),
                    TopicNames.ids(step.getTargetList()),
                    step.getReason().isEmpty() ? "-" : step.getReason());
        }
        curia.print(table.render());
        curia.print(summary(drain) + "\n");
    }

    /**
     * Follows the drain until the broker is empty, or nothing moves any more.
     *
     * @return whether it is empty
     */
    boolean watch() {
        ProgressLine line = new ProgressLine(curia);
        int most = 0;
        int stuck = 0;
        while (true) {
            DescribeDrainResponse drain = look();
            boolean gone = drain.getStatus().getCode() == ErrorCode.BROKER_ID_NOT_REGISTERED;
            if (gone || drain.getPartitionsCount() == 0) {
                line.end(most, most, gone ? "forgotten" : "empty");
                return true;
            }
            if (!Standings.accepted(curia, "watch the drain", drain.getStatus())) return false;
            boolean drains = drain.getStanding() == BrokerStanding.DRAINING
                    || drain.getStanding() == BrokerStanding.DECOMMISSIONING;
            most = Math.max(most, drain.getPartitionsCount());
            line.show(most - drain.getPartitionsCount(), most, summary(drain));
            stuck = drain.getPartitionsList().stream().allMatch(step -> step.getStage() == Stage.BLOCKED)
                    ? stuck + 1
                    : 0;
            if (!drains || stuck >= LOOKS_WHEN_STUCK) {
                line.end(most - drain.getPartitionsCount(), most, drains ? "blocked" : "the drain was ended");
                print(drain);
                return false;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** As "2 moving, 7 waiting, 1 blocked". */
    static String summary(DescribeDrainResponse drain) {
        Map<Stage, Integer> counts = new TreeMap<>();
        drain.getPartitionsList().forEach(step -> counts.merge(step.getStage(), 1, Integer::sum));
        if (counts.isEmpty()) return "nothing to move";
        StringBuilder text = new StringBuilder();
        for (Stage stage : List.of(Stage.MOVING, Stage.READY, Stage.WAITING, Stage.BLOCKED)) {
            int count = counts.getOrDefault(stage, 0);
            if (count == 0) continue;
            if (text.length() > 0) text.append(", ");
            text.append(count).append(' ').append(stage.name().toLowerCase(Locale.ROOT));
        }
        return text.toString();
    }

    static Json.Obj json(DescribeDrainResponse drain) {
        return Json.object()
                .put("standing", Standings.name(drain.getStanding()))
                .put("alive", drain.getAlive())
                .put(
                        "partitions",
                        drain.getPartitionsList().stream()
                                .map(step -> Json.object()
                                        .put("topic", step.getTopic())
                                        .put("partition", step.getPartition())
                                        .put("state", stage(step))
                                        .put("replicas", step.getReplicasList())
                                        .put("target", step.getTargetList())
                                        .put("reason", step.getReason()))
                                .toList());
    }

    private static String stage(DrainStep step) {
        return step.getStage().name().toLowerCase(Locale.ROOT);
    }
}
