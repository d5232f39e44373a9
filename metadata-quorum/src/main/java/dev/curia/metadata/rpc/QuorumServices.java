package dev.curia.metadata.rpc;

import dev.curia.common.loop.EventLoop;
import dev.curia.metadata.controller.ActiveController;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.port.MetadataLog;
import dev.curia.metadata.port.MetadataLog.CommitListener;
import dev.curia.metadata.quorum.MetadataDigests;
import dev.curia.metadata.quorum.QuorumOperations;
import dev.curia.proto.metadata.v1.MetadataRecord;
import io.grpc.BindableService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a quorum node serves over gRPC, whatever carries it: controller, metadata watch and administration. Thread-safe. */
public final class QuorumServices {
    private static final Logger LOG = LoggerFactory.getLogger(QuorumServices.class);

    private final MetadataWatchService watch;
    private final ControllerService controllerService;
    private final AdminService adminService;
    private final MetadataDigests digests;
    private final List<BindableService> all;
    private final Optional<QuorumOperations> operations;

    /** Without operations on the quorum itself. */
    public QuorumServices(
            ActiveController controller, MetadataLog log, EventLoop watchLoop, Duration progressInterval) {
        this(controller, log, watchLoop, progressInterval, Optional.empty());
    }

    /**
     * @param watchLoop serves the watch streams; started and closed by the owner
     * @param progressInterval an idle watch stream shows a sign of life this often
     * @param operations on the quorum itself, if it can be operated on
     */
    public QuorumServices(
            ActiveController controller,
            MetadataLog log,
            EventLoop watchLoop,
            Duration progressInterval,
            Optional<QuorumOperations> operations) {
        this.operations = operations;
        this.digests = operations
                .map(QuorumOperations::digests)
                .orElseGet(() -> new MetadataDigests(mismatch -> LOG.error("{}", mismatch)));
        Answers answers = new Answers(log);
        this.watch = new MetadataWatchService(log, watchLoop, progressInterval);
        this.controllerService = new ControllerService(controller, log, digests, answers);
        this.adminService = new AdminService(controller, log, answers);
        List<BindableService> services = new ArrayList<>(List.of(controllerService, watch, adminService));
        operations.ifPresent(on -> services.add(new QuorumAdminService(on, log, answers)));
        this.all = List.copyOf(services);
    }

    /** Feeds the watch streams; give it to {@link MetadataLog#start}. */
    public MetadataLog.CommitListener commits() {
        return new CommitListener() {
            @Override
            public void onCommitted(long index, List<MetadataRecord> records, MetadataImage image) {
                digests.onCommitted(index, records, image);
                watch.onCommitted(index, records, image);
            }

            @Override
            public void onSnapshotInstalled(MetadataImage image) {
                digests.onSnapshotInstalled(image);
                watch.onSnapshotInstalled(image);
            }
        };
    }

    /** To be added to a server. */
    public List<BindableService> all() {
        return all;
    }

    /** Once, when the server runs. */
    public void start() {
        watch.start();
        operations.ifPresent(QuorumOperations::start);
    }
}
