package dev.curia.metadata.controller;

import dev.curia.common.fault.FaultHandler;
import dev.curia.common.loop.EventLoop;
import dev.curia.common.time.Clock;
import dev.curia.metadata.decide.AclDecisions;
import dev.curia.metadata.decide.BrokerDecisions;
import dev.curia.metadata.decide.BrokerStandings;
import dev.curia.metadata.decide.ClientQuotaDecisions;
import dev.curia.metadata.decide.ClusterDecisions;
import dev.curia.metadata.decide.ConfigDecisions;
import dev.curia.metadata.decide.Decision;
import dev.curia.metadata.decide.EffectiveSettings;
import dev.curia.metadata.decide.FeatureDecisions;
import dev.curia.metadata.decide.PartitionAdditions;
import dev.curia.metadata.decide.PartitionDecisions;
import dev.curia.metadata.decide.PreferredElections;
import dev.curia.metadata.decide.ProducerIds;
import dev.curia.metadata.decide.Reassignments;
import dev.curia.metadata.decide.SafeStops;
import dev.curia.metadata.decide.ScramDecisions;
import dev.curia.metadata.decide.TopicDecisions;
import dev.curia.metadata.decide.TopicDefaults;
import dev.curia.metadata.decide.UncleanElections;
import dev.curia.metadata.image.Features;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.port.BrokerProbe;
import dev.curia.metadata.port.MetadataLog;
import dev.curia.metadata.port.MetadataLog.Outcome;
import dev.curia.proto.admin.v1.AlterClientQuotasRequest;
import dev.curia.proto.admin.v1.AlterClientQuotasResponse;
import dev.curia.proto.admin.v1.AlterConfigsRequest;
import dev.curia.proto.admin.v1.AlterConfigsResponse;
import dev.curia.proto.admin.v1.AlterReassignmentsRequest;
import dev.curia.proto.admin.v1.AlterReassignmentsResponse;
import dev.curia.proto.admin.v1.AlterScramCredentialsRequest;
import dev.curia.proto.admin.v1.AlterScramCredentialsResponse;
import dev.curia.proto.admin.v1.ChangeStandingRequest;
import dev.curia.proto.admin.v1.ChangeStandingResponse;
import dev.curia.proto.admin.v1.CreateAclsRequest;
import dev.curia.proto.admin.v1.CreateAclsResponse;
import dev.curia.proto.admin.v1.CreatePartitionsRequest;
import dev.curia.proto.admin.v1.CreatePartitionsResponse;
import dev.curia.proto.admin.v1.CreateTopicsRequest;
import dev.curia.proto.admin.v1.CreateTopicsResponse;
import dev.curia.proto.admin.v1.DeleteAclsRequest;
import dev.curia.proto.admin.v1.DeleteAclsResponse;
import dev.curia.proto.admin.v1.DeleteTopicsRequest;
import dev.curia.proto.admin.v1.DeleteTopicsResponse;
import dev.curia.proto.admin.v1.DescribeDrainRequest;
import dev.curia.proto.admin.v1.DescribeDrainResponse;
import dev.curia.proto.admin.v1.ElectLeadersRequest;
import dev.curia.proto.admin.v1.ElectLeadersResponse;
import dev.curia.proto.admin.v1.MayStopRequest;
import dev.curia.proto.admin.v1.MayStopResponse;
import dev.curia.proto.admin.v1.UnregisterBrokerRequest;
import dev.curia.proto.admin.v1.UnregisterBrokerResponse;
import dev.curia.proto.admin.v1.UpdateFeaturesRequest;
import dev.curia.proto.admin.v1.UpdateFeaturesResponse;
import dev.curia.proto.common.v1.Status;
import dev.curia.proto.metadata.v1.AllocateProducerIdsRequest;
import dev.curia.proto.metadata.v1.AllocateProducerIdsResponse;
import dev.curia.proto.metadata.v1.AlterPartitionRequest;
import dev.curia.proto.metadata.v1.AlterPartitionResponse;
import dev.curia.proto.metadata.v1.BrokerEvents;
import dev.curia.proto.metadata.v1.Heartbeat;
import dev.curia.proto.metadata.v1.LogEnds;
import dev.curia.proto.metadata.v1.MetadataBatch;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.proto.metadata.v1.Register;
import dev.curia.proto.metadata.v1.ReplicaReport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The controller of a quorum node. It acts while the node leads the metadata log: decides requests on the newest image, puts the
 * records into the log and answers after commit. On any other node it answers {@link Answer.NotActive}.
 *
 * <p>Thread-safe: everything is handed to one loop, which owns all state. Futures complete on that loop, never fail, and each gets
 * exactly one {@link Answer}. Requests must be well formed (identifiers of 16 bytes); the rpc package sees to that.
 */
public final class ActiveController implements MetadataLog.LeadershipListener {
    /** The least inbox capacity of the controller's loop: what the log may answer at once has room besides the requests. */
    public static final int LOOP_CAPACITY = 16_384;

    private static final Logger LOG = LoggerFactory.getLogger(ActiveController.class);
    private static final Duration RECOVERY_RETRY = Duration.ofMillis(100);
    private static final int MAX_ADMITTED = LOOP_CAPACITY / 2;

    private final MetadataLog log;
    private final EventLoop loop;
    private final Clock clock;
    private final RandomGenerator random;
    private final FaultHandler faults;
    private final String clusterId;
    private final List<MetadataRecord> first;
    private final TopicDecisions topics;
    private final ConfigDecisions configs;
    private final EffectiveSettings settingsInForce;
    private final FeatureDecisions features = new FeatureDecisions(Features.SUPPORTED);
    private final BrokerDecisions brokers;
    private final PartitionDecisions partitions;
    private final BrokerSessions sessions;
    private final LongestLogs longestLogs;
    private final UncleanRequests uncleanRequests;
    private final StopLeases stopLeases;
    private final LeaderBalance balance;
    private final Reassignments reassignments;
    private final BrokerUpkeep upkeep;
    private final long tickNanos;

    // Loop-confined from here on.
    private @Nullable ProposalPipeline pipeline; // null unless active
    private long leadership; // counts changes, so that late callbacks of an earlier one are known
    private Runnable cancelTick = () -> {};
    private boolean completingMoves; // a decision is in flight

    /**
     * What a controller is told of its cluster.
     *
     * @param uncleanRecovery how long a partition of which nobody is known to have all waits for replicas that have not said where their logs end
     * @param first what a new cluster's metadata begins with, beside its name and features
     */
    public record Settings(
            String clusterId,
            TopicDefaults topicDefaults,
            SessionConfig sessions,
            LeaderBalance.Config balance,
            Duration uncleanRecovery,
            BrokerUpkeep.Config upkeep,
            List<MetadataRecord> first) {
        /** With brokers taken care of as by default, and nothing in a new cluster. */
        public Settings(
                String clusterId,
                TopicDefaults topicDefaults,
                SessionConfig sessions,
                LeaderBalance.Config balance,
                Duration uncleanRecovery) {
            this(clusterId, topicDefaults, sessions, balance, uncleanRecovery, BrokerUpkeep.Config.DEFAULT, List.of());
        }
    }

    /**
     * @param loop with an inbox of at least {@link #LOOP_CAPACITY}; started and closed by the owner
     * @param random used on the loop only
     */
    public ActiveController(
            Settings settings,
            MetadataLog log,
            EventLoop loop,
            Clock clock,
            RandomGenerator random,
            FaultHandler faults,
            BrokerProbe probe) {
        this.log = log;
        this.loop = loop;
        this.clock = clock;
        this.random = random;
        this.faults = faults;
        this.clusterId = settings.clusterId();
        this.first = List.copyOf(settings.first());
        this.topics = new TopicDecisions(settings.topicDefaults());
        this.configs = new ConfigDecisions(settings.topicDefaults());
        this.settingsInForce = new EffectiveSettings(settings.topicDefaults());
        this.brokers = new BrokerDecisions(settings.topicDefaults());
        this.partitions = new PartitionDecisions(settings.topicDefaults());
        this.sessions = new BrokerSessions(settings.sessions(), brokers, log, this::decide, onLoop(probe));
        this.longestLogs = new LongestLogs(
                new UncleanElections(settings.topicDefaults()),
                log,
                this::decide,
                sessions,
                settings.uncleanRecovery());
        this.uncleanRequests = new UncleanRequests(log, longestLogs);
        this.stopLeases = new StopLeases(
                new SafeStops(settings.topicDefaults()),
                log,
                this::decide,
                sessions,
                random,
                settings.sessions().sessionTimeout());
        this.reassignments = new Reassignments(settings.topicDefaults());
        this.balance = new LeaderBalance(settings.balance(), this::decide, sessions.health());
        this.upkeep = new BrokerUpkeep(
                settings.upkeep(),
                settings.topicDefaults(),
                log,
                this::decide,
                sessions.health(),
                sessions::isConnected);
        this.tickNanos =
                Math.max(1_000_000, settings.sessions().reconnectWindow().toNanos() / 5);
    }

    private BrokerProbe onLoop(BrokerProbe probe) {
        return (address, refused) -> probe.probe(address, () -> Handover.submit(loop, refused));
    }

    @Override
    public void onLeader(long term, long lastSequence) {
        Handover.submit(loop, () -> activate(term, lastSequence));
    }

    @Override
    public void onFollower() {
        Handover.submit(loop, this::deactivate);
    }

    public CompletableFuture<Answer<CreateTopicsResponse>> createTopics(CreateTopicsRequest request) {
        return submit(image -> topics.create(image, request, random));
    }

    public CompletableFuture<Answer<DeleteTopicsResponse>> deleteTopics(DeleteTopicsRequest request) {
        return submit(image -> topics.delete(image, request));
    }

    public CompletableFuture<Answer<CreatePartitionsResponse>> createPartitions(CreatePartitionsRequest request) {
        return submit(image -> PartitionAdditions.add(image, request));
    }

    public CompletableFuture<Answer<ElectLeadersResponse>> electLeaders(ElectLeadersRequest request) {
        if (request.getUnclean()) return electUncleanly(request);
        return submit(image -> PreferredElections.elect(image, request, sessions.health()));
    }

    public CompletableFuture<Answer<AlterReassignmentsResponse>> alterReassignments(AlterReassignmentsRequest request) {
        return submit(image -> reassignments.alter(image, request, sessions.health()));
    }

    public CompletableFuture<Answer<ChangeStandingResponse>> changeStanding(ChangeStandingRequest request) {
        return submit(image -> BrokerStandings.change(image, request));
    }

    public CompletableFuture<Answer<DescribeDrainResponse>> describeDrain(DescribeDrainRequest request) {
        return submit(image -> upkeep.decisions().describe(image, request.getBrokerId(), sessions.health()));
    }

    public CompletableFuture<Answer<UnregisterBrokerResponse>> unregisterBroker(UnregisterBrokerRequest request) {
        return submit(image -> {
            Decision<Status> decision = BrokerDecisions.unregister(image, request.getBrokerId());
            return new Decision<>(
                    decision.records(),
                    index -> UnregisterBrokerResponse.newBuilder()
                            .setStatus(decision.reply().apply(index))
                            .setIndex(index)
                            .build());
        });
    }

    public CompletableFuture<Answer<MayStopResponse>> mayStop(MayStopRequest request) {
        return whenActive(answer -> stopLeases.mayStop(request, clock.monotonicNanos(), answer));
    }

    /** What is in force for topics. On any node, active or not. */
    public EffectiveSettings settingsInForce() {
        return settingsInForce;
    }

    public CompletableFuture<Answer<AlterConfigsResponse>> alterConfigs(AlterConfigsRequest request) {
        return submit(image -> configs.alter(image, request));
    }

    public CompletableFuture<Answer<AlterClientQuotasResponse>> alterClientQuotas(AlterClientQuotasRequest request) {
        return submit(image -> ClientQuotaDecisions.alter(image, request));
    }

    public CompletableFuture<Answer<AlterScramCredentialsResponse>> alterScramCredentials(
            AlterScramCredentialsRequest request) {
        return submit(image -> ScramDecisions.alter(image, request));
    }

    public CompletableFuture<Answer<UpdateFeaturesResponse>> updateFeatures(UpdateFeaturesRequest request) {
        return submit(image -> features.update(image, request));
    }

    public CompletableFuture<Answer<CreateAclsResponse>> createAcls(CreateAclsRequest request) {
        return submit(image -> AclDecisions.create(image, request));
    }

    public CompletableFuture<Answer<DeleteAclsResponse>> deleteAcls(DeleteAclsRequest request) {
        return submit(image -> AclDecisions.delete(image, request));
    }

    public CompletableFuture<Answer<AlterPartitionResponse>> alterPartition(AlterPartitionRequest request) {
        return submit(image -> partitions.alter(image, request, sessions.health()));
    }

    public CompletableFuture<Answer<AllocateProducerIdsResponse>> allocateProducerIds(
            AllocateProducerIdsRequest request) {
        return submit(image -> ProducerIds.allocate(image, request));
    }

    /** A broker's stream opened with this message; the answer comes over the link. False: overloaded, end the stream. */
    public boolean register(Register request, BrokerLink link) {
        return admit(() -> {
            if (pipeline == null) link.end(BrokerLink.End.NOT_ACTIVE);
            else sessions.register(request, link, clock.monotonicNanos());
        });
    }

    /** False: overloaded, end the stream. */
    public boolean heartbeat(Heartbeat heartbeat, BrokerLink link) {
        return admit(() -> {
            if (pipeline != null) sessions.heartbeat(heartbeat, link, clock.monotonicNanos());
        });
    }

    /** False: overloaded, end the stream. */
    public boolean replicasReported(ReplicaReport report, BrokerLink link) {
        return admit(() -> {
            // Also while the pipeline starts over: a report is sent once, and the next heartbeat acts on it.
            sessions.replicasReported(report, link, clock.monotonicNanos());
        });
    }

    /** False: overloaded, end the stream. */
    public boolean logEndsReported(LogEnds ends, BrokerLink link) {
        return admit(() -> {
            if (pipeline == null) return; // it is asked again
            sessions.connected(link)
                    .ifPresent(from -> longestLogs.heard(from.brokerId(), from.epoch(), ends, clock.monotonicNanos()));
        });
    }

    /** False: overloaded, end the stream. */
    public boolean eventsTold(BrokerEvents events, BrokerLink link) {
        return admit(() -> {
            if (pipeline != null) sessions.eventsTold(events, link, clock.monotonicNanos()); // else it is told again
        });
    }

    /** The link's stream is gone, for whatever reason. */
    public void streamBroke(BrokerLink link) {
        Handover.submit(loop, () -> sessions.streamBroke(link, clock.monotonicNanos()));
    }

    private CompletableFuture<Answer<ElectLeadersResponse>> electUncleanly(ElectLeadersRequest request) {
        return whenActive(answer -> uncleanRequests.elect(request, clock.monotonicNanos(), answer));
    }

    private <R> CompletableFuture<Answer<R>> whenActive(Consumer<Consumer<Answer<R>>> ask) {
        CompletableFuture<Answer<R>> future = new CompletableFuture<>();
        boolean admitted = admit(() -> {
            if (pipeline == null) future.complete(new Answer.NotActive<>());
            else ask.accept(future::complete);
        });
        if (!admitted) future.complete(new Answer.Overloaded<>());
        return future;
    }

    private <R> CompletableFuture<Answer<R>> submit(Function<MetadataImage, Decision<R>> decide) {
        CompletableFuture<Answer<R>> future = new CompletableFuture<>();
        if (!admit(() -> decide(decide, future::complete))) future.complete(new Answer.Overloaded<>());
        return future;
    }

    /** Keeps half of the inbox free for what must not be turned away: outcomes and leadership changes. */
    private boolean admit(Runnable task) {
        return loop.backlog() < MAX_ADMITTED && loop.offer(task);
    }

    private <R> void decide(Function<MetadataImage, Decision<R>> decide, Consumer<Answer<R>> answer) {
        if (pipeline == null) answer.accept(new Answer.NotActive<>());
        else pipeline.run(new Command<>(decide, answer));
    }

    private void activate(long term, long lastSequence) {
        deactivate();
        long now = leadership;
        LOG.info("active controller in term {}", term);
        open(term, lastSequence);
        sessions.start(log.image(), clock.monotonicNanos());
        longestLogs.start(clock.monotonicNanos());
        stopLeases.start(clock.monotonicNanos());
        balance.start(clock.monotonicNanos());
        upkeep.start(clock.monotonicNanos());
        tick(now);
    }

    private void deactivate() {
        leadership++;
        cancelTick.run();
        if (pipeline != null) {
            LOG.info("no longer the active controller");
            ProposalPipeline closing = pipeline;
            pipeline = null;
            closing.close("this node lost the leadership of the metadata quorum");
        }
        sessions.stop();
        uncleanRequests.stop();
    }

    private void open(long term, long lastSequence) {
        long now = leadership;
        ProposalPipeline opened = new ProposalPipeline(log, loop, clock, faults, term, lastSequence, reason -> {
            if (leadership != now) return;
            LOG.warn("a proposal of term {} failed ({}), starting over from the applied metadata", term, reason);
            pipeline = null;
            recover(term, now);
        });
        pipeline = opened;
        decide(image -> ClusterDecisions.bootstrap(image, clusterId, first), answer -> {});
        decide(image -> brokers.repair(image, sessions.health()), answer -> {});
    }

    /**
     * Finds the applied sequence of the own term: an empty batch of sequence 0 never applies, and its answer comes after the fate of
     * everything proposed before is settled.
     */
    private void recover(long term, long now) {
        if (leadership != now) return;
        MetadataBatch probe = MetadataBatch.newBuilder().setControllerTerm(term).build();
        Handover.toLoop(log.propose(probe), loop, faults, outcome -> {
            if (leadership != now) return;
            if (outcome instanceof Outcome.Fenced fenced) open(term, fenced.lastSequence());
            else loop.schedule(RECOVERY_RETRY.toNanos(), () -> recover(term, now));
        });
    }

    private void tick(long now) {
        if (leadership != now) return;
        if (pipeline != null) {
            sessions.tick(clock.monotonicNanos());
            balance.tick(clock.monotonicNanos());
            upkeep.tick(clock.monotonicNanos());
            longestLogs.tick(clock.monotonicNanos());
            uncleanRequests.tick(clock.monotonicNanos());
            stopLeases.tick(clock.monotonicNanos());
            completeMoves();
        }
        cancelTick = loop.schedule(tickNanos, () -> tick(now));
    }

    private void completeMoves() {
        if (completingMoves || log.image().moving().isEmpty()) return;
        completingMoves = true;
        decide(image -> reassignments.complete(image, sessions.health()), answer -> completingMoves = false);
    }
}
