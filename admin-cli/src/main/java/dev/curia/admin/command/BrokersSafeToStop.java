package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.admin.client.ClusterException;
import dev.curia.common.text.Json;
import dev.curia.proto.admin.v1.MayStopRequest;
import dev.curia.proto.admin.v1.MayStopRequest.Action;
import dev.curia.proto.admin.v1.MayStopResponse;
import dev.curia.proto.admin.v1.StopObstacle;
import dev.curia.proto.common.v1.ErrorCode;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code curia brokers safe-to-stop}. */
@Command(
        name = "safe-to-stop",
        description = {
            "May this broker stop now? Yes when every partition that it holds keeps a leader and min.insync.replicas, no other broker"
                    + " is stopping, and the metadata quorum keeps its majority.",
            "Before a restart take the lease with --acquire: nobody else gets it until the broker has started again and is in sync"
                    + " everywhere, it is released, or its time is over. It outlives a change of the controller."
        },
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Yes, and with --acquire the lease is this broker's. With --release: it is given back.",
            "1:The cluster refused: there is no such broker, or with --release it has no lease.",
            "2:Wrong usage.",
            "3:No server that could answer was reached; nothing was changed.",
            "4:The outcome is unknown: the answer was lost or late. Asking again does no harm.",
            "5:No, not now: the reasons are printed. With --wait: not within --timeout."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  curia brokers safe-to-stop 2",
            "  curia brokers safe-to-stop 2 --acquire --wait --timeout 300 && systemctl restart curia",
            "  curia brokers safe-to-stop 2 --release"
        })
final class BrokersSafeToStop extends AdminCommand {
    private static final long PAUSE_NANOS = Duration.ofMillis(200).toNanos();

    @Parameters(paramLabel = "ID", description = "Id of a broker.")
    private int broker;

    @Option(names = "--acquire", description = "If it may, take the lease: no other broker may until this one is back.")
    private boolean acquire;

    @Option(names = "--release", description = "Give the lease back.")
    private boolean release;

    @Option(names = "--wait", description = "Ask again until the answer is yes, for as long as --timeout says.")
    private boolean wait;

    @Option(
            names = "--lease",
            paramLabel = "SECONDS",
            defaultValue = "600",
            description = "When the lease ends at the latest (default: ${DEFAULT-VALUE} s).")
    private int leaseSeconds;

    BrokersSafeToStop(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        if (release && (acquire || wait)) throw curia.usage("--release goes with neither --acquire nor --wait.");
        if (leaseSeconds <= 0 || leaseSeconds > 86_400) {
            throw curia.usage("Invalid value '" + leaseSeconds + "' for --lease: expected 1 to 86400 seconds.");
        }
        long deadline = curia.clock().monotonicNanos() + curia.timeout().toNanos();
        MayStopResponse response = ask(admin);
        while (wait && !response.getMayStop() && curia.clock().monotonicNanos() - deadline < 0) {
            LockSupport.parkNanos(PAUSE_NANOS);
            response = ask(admin);
        }
        if (curia.structured()) curia.print(curia.data(toJson(response)));
        else curia.print(text(response));
        return release || response.getMayStop() ? ExitCode.OK : ExitCode.NO;
    }

    private MayStopResponse ask(AdminClient admin) {
        Action action = release ? Action.RELEASE : acquire ? Action.ACQUIRE : Action.ASK;
        MayStopRequest request = MayStopRequest.newBuilder()
                .setBrokerId(broker)
                .setAction(action)
                .setLeaseMs(acquire ? leaseSeconds * 1000L : 0)
                .build();
        MayStopResponse response = action == Action.ASK
                ? admin.read("ask whether broker " + broker + " may stop", stub -> stub.mayStop(request))
                : admin.change(
                                (release ? "release" : "acquire") + " the lease of broker " + broker,
                                stub -> stub.mayStop(request))
                        .response();
        if (response.getStatus().getCode() != ErrorCode.NONE) {
            throw new ClusterException(
                    ClusterException.Kind.REFUSED,
                    response.getStatus().getMessage() + " ("
                            + response.getStatus().getCode() + ")");
        }
        return response;
    }

    private String text(MayStopResponse response) {
        if (release) return "Broker " + broker + " has given the lease back.\n";
        if (response.getMayStop()) {
            return "Broker " + broker + " may stop."
                    + (acquire ? " No other may until it is back, for at most " + leaseSeconds + " s.\n" : "\n");
        }
        StringBuilder text = new StringBuilder("Broker " + broker + " may not stop now:\n");
        for (StopObstacle obstacle : response.getObstaclesList()) {
            text.append("  ").append(obstacle.getMessage()).append('\n');
        }
        int more = response.getObstacleCount() - response.getObstaclesCount();
        if (more > 0) text.append("  and ").append(more).append(" more.\n");
        return text.toString();
    }

    private Json.Obj toJson(MayStopResponse response) {
        if (release) return Json.object().put("brokerId", broker).put("released", true);
        Json.Obj lease = null;
        if (response.hasLease()) {
            lease = Json.object()
                    .put("brokerId", response.getLease().getBrokerId())
                    .put("leftMs", response.getLease().getLeftMs());
        }
        return Json.object()
                .put("brokerId", broker)
                .put("mayStop", response.getMayStop())
                .put("acquired", acquire && response.getMayStop())
                .put("lease", lease)
                .put("obstacleCount", response.getObstacleCount())
                .put(
                        "obstacles",
                        response.getObstaclesList().stream()
                                .map(BrokersSafeToStop::toJson)
                                .toList());
    }

    private static Json.Obj toJson(StopObstacle obstacle) {
        boolean named = obstacle.getPartition() >= 0;
        return Json.object()
                .put("kind", obstacle.getKind())
                .put("topic", named ? obstacle.getTopic() : null)
                .put("partition", named ? obstacle.getPartition() : null)
                .put("message", obstacle.getMessage());
    }
}
