package dev.curia.metadata.rpc;

import dev.curia.common.loop.EventLoop;
import dev.curia.metadata.controller.ActiveController;
import dev.curia.metadata.port.MetadataLog;
import io.grpc.BindableService;
import java.time.Duration;
import java.util.List;

/** What a quorum node serves over gRPC, whatever carries it: controller, metadata watch and administration. Thread-safe. */
public final class QuorumServices {
    private final MetadataWatchService watch;
    private final ControllerService controllerService;
    private final AdminService adminService;

    /**
     * @param watchLoop serves the watch streams; started and closed by the owner
     * @param progressInterval an idle watch stream shows a sign of life this often
     */
    public QuorumServices(
            ActiveController controller, MetadataLog log, EventLoop watchLoop, Duration progressInterval) {
        Answers answers = new Answers(log);
        this.watch = new MetadataWatchService(log, watchLoop, progressInterval);
        this.controllerService = new ControllerService(controller, answers);
        this.adminService = new AdminService(controller, log, answers);
    }

    /** Feeds the watch streams; give it to {@link MetadataLog#start}. */
    public MetadataLog.CommitListener commits() {
        return watch;
    }

    /** To be added to a server. */
    public List<BindableService> all() {
        return List.of(controllerService, watch, adminService);
    }

    /** Once, when the server runs. */
    public void start() {
        watch.start();
    }
}
