package dev.curia.metadata.controller;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.Uuid;
import dev.curia.common.net.HostPort;
import dev.curia.metadata.decide.BrokerDecisions;
import dev.curia.metadata.decide.BrokerDecisions.Registration;
import dev.curia.metadata.decide.BrokerEvents;
import dev.curia.metadata.decide.Cause;
import dev.curia.metadata.decide.Decision;
import dev.curia.metadata.decide.ReplicaHealth;
import dev.curia.metadata.decide.Statuses;
import dev.curia.metadata.image.BrokerRegistration;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.ServerEndpoint;
import dev.curia.metadata.port.BrokerProbe;
import dev.curia.metadata.port.MetadataLog;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import dev.curia.proto.events.v1.CauseKind;
import dev.curia.proto.events.v1.Event;
import dev.curia.proto.metadata.v1.ControllerMessage;
import dev.curia.proto.metadata.v1.FullTopic;
import dev.curia.proto.metadata.v1.Heartbeat;
import dev.curia.proto.metadata.v1.HeartbeatReply;
import dev.curia.proto.metadata.v1.OfflineTopic;
import dev.curia.proto.metadata.v1.Register;
import dev.curia.proto.metadata.v1.Registered;
import dev.curia.proto.metadata.v1.ReplicaReport;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The brokers' sessions with this controller: registration, heartbeats, fencing of the dead, unfencing of those that caught up, orderly
 * stop. Loop-confined. Lives as long as this node is the active controller; only changes of a broker's standing are logged.
 */
final class BrokerSessions {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerSessions.class);

    /** Runs decisions; answers come back on the loop. */
    interface Decider {
        <R> void decide(Function<MetadataImage, Decision<R>> decide, Consumer<Answer<R>> answer);
    }

    private static final long RELIEF_NANOS = 1_000_000_000;
    private static final Cause SHUTTING_DOWN = new Cause(CauseKind.SHUTTING_DOWN, "shutting down");

    private static final class Session {
        final int brokerId;
        final long epoch;
        final Uuid incarnation;
        final BrokerLink link;
        final long caughtUpIndex; // unfenced once applied
        long appliedIndex = -1;
        long sequence; // of its newest heartbeat
        long withdrawnIndex = -1; // of its orderly withdrawal, -1: not asked for or not yet committed
        boolean leaving;
        boolean deciding;
        boolean reported; // how its replicas are; at its first heartbeat at the latest
        boolean settling; // a decision on its newest report is in flight
        boolean keepingEvents; // the same for what it tells for the journal
        long eventsBefore; // those of a lower sequence are in the journal

        Session(int brokerId, long epoch, Uuid incarnation, BrokerLink link, long caughtUpIndex) {
            this.brokerId = brokerId;
            this.epoch = epoch;
            this.incarnation = incarnation;
            this.link = link;
            this.caughtUpIndex = caughtUpIndex;
        }
    }

    private final SessionConfig config;
    private final BrokerDecisions brokers;
    private final MetadataLog log;
    private final Decider decider;
    private final BrokerProbe probe;
    private final SessionTracker tracker;
    private final ReportedReplicas reported = new ReportedReplicas();
    private final Map<Integer, Session> sessions = new HashMap<>(); // by broker id
    private boolean relieving; // a decision is in flight
    private long relievedNanos;
    private long probedNanos;
    private final Map<Integer, Long> fencing = new HashMap<>(); // epoch by broker id, while the decision is in flight

    /** @param probe answers on the loop */
    BrokerSessions(SessionConfig config, BrokerDecisions brokers, MetadataLog log, Decider decider, BrokerProbe probe) {
        this.config = config;
        this.brokers = brokers;
        this.log = log;
        this.decider = decider;
        this.probe = probe;
        this.tracker = new SessionTracker(config);
    }

    /** Every broker that counts as alive has time to find this controller. */
    void start(MetadataImage image, long now) {
        for (BrokerRegistration broker : image.brokers()) if (!broker.fenced()) tracker.expect(broker.id(), now);
    }

    void stop() {
        sessions.values().forEach(session -> session.link.end(BrokerLink.End.NOT_ACTIVE));
        sessions.clear();
        tracker.clear();
        reported.clear();
    }

    /** What decisions may count on. */
    ReplicaHealth health() {
        return reported;
    }

    /** Those that asked to stop and are still connected. */
    Set<Integer> leaving() {
        return sessions.values().stream()
                .filter(session -> session.leaving)
                .map(session -> session.brokerId)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Does nothing when the broker is not connected. */
    void send(int brokerId, ControllerMessage message) {
        Session session = sessions.get(brokerId);
        if (session != null) session.link.send(message);
    }

    boolean isConnected(int brokerId) {
        return sessions.containsKey(brokerId);
    }

    /** Whose link this is; empty: nobody's who is connected. */
    Optional<Connected> connected(BrokerLink link) {
        return Optional.ofNullable(byLink(link)).map(session -> new Connected(session.brokerId, session.epoch));
    }

    /** A broker that is connected. */
    record Connected(int brokerId, long epoch) {}

    void register(Register request, BrokerLink link, long now) {
        Uuid incarnation = ImageRecords.uuid(request.getIncarnationId());
        decider.<Registration>decide(
                image -> brokers.register(image, request, otherIsLive(request.getBrokerId(), incarnation), reported),
                answer -> {
                    if (!(answer instanceof Answer.Done<Registration> done)) {
                        link.end(BrokerLink.End.NOT_ACTIVE);
                    } else if (!Statuses.isOk(done.reply().status())) {
                        reject(link, done.reply().status());
                    } else {
                        open(request.getBrokerId(), done.reply().epoch(), incarnation, link, now);
                    }
                });
    }

    void heartbeat(Heartbeat heartbeat, BrokerLink link, long now) {
        Session session = byLink(link);
        if (session == null) return; // registration is still being decided, or the session has just ended
        Optional<BrokerRegistration> broker = log.image().broker(session.brokerId);
        if (broker.isEmpty() || broker.get().epoch() != session.epoch) {
            end(session);
            reject(
                    link,
                    Statuses.error(
                            ErrorCode.STALE_BROKER_EPOCH,
                            "Broker " + session.brokerId + " of epoch " + session.epoch + " has been replaced by "
                                    + broker + "."));
            return;
        }
        tracker.heard(session.brokerId, now);
        if (!session.reported) accept(session, 0, Map.of(), Set.of());
        settle(session);
        session.sequence = heartbeat.getSequence();
        session.appliedIndex = heartbeat.getAppliedIndex();
        session.leaving |= heartbeat.getWantShutdown();
        if (session.leaving) withdraw(session, broker.get());
        else if (broker.get().fenced() && heartbeat.getReady() && session.appliedIndex >= session.caughtUpIndex) {
            unfence(session);
        }
        reply(session);
    }

    void replicasReported(ReplicaReport report, BrokerLink link, long now) {
        Session session = byLink(link);
        if (session == null) return;
        tracker.heard(session.brokerId, now);
        Map<PartitionId, Long> offlineSince = new LinkedHashMap<>();
        for (OfflineTopic topic : report.getOfflineList()) {
            Uuid id = ImageRecords.uuid(topic.getTopicId());
            topic.getPartitionsList()
                    .forEach(p -> offlineSince.put(new PartitionId(id, p.getPartition()), p.getSinceVersion()));
        }
        Set<PartitionId> full = new HashSet<>();
        for (FullTopic topic : report.getFullList()) {
            Uuid id = ImageRecords.uuid(topic.getTopicId());
            topic.getPartitionsList().forEach(partition -> full.add(new PartitionId(id, partition)));
        }
        LOG.info(
                "broker {} epoch {} has {} offline replicas and {} on full disks",
                session.brokerId,
                session.epoch,
                offlineSince.size(),
                full.size());
        accept(session, report.getVersion(), offlineSince, full);
        settle(session);
    }

    /** Puts what a broker tells into the journal, and says so. When that fails it is told again. */
    void eventsTold(dev.curia.proto.metadata.v1.BrokerEvents told, BrokerLink link, long now) {
        Session session = byLink(link);
        if (session == null || session.keepingEvents) return;
        tracker.heard(session.brokerId, now);
        session.keepingEvents = true;
        long end = told.getFirstSequence() + told.getEventsCount();
        int known = (int) Math.max(0, Math.min(told.getEventsCount(), session.eventsBefore - told.getFirstSequence()));
        List<Event> fresh = told.getEventsList().subList(known, told.getEventsCount());
        decider.decide(image -> BrokerEvents.keep(image, session.brokerId, session.epoch, fresh), answer -> {
            session.keepingEvents = false;
            if (!(answer instanceof Answer.Done<Boolean>)) return;
            session.eventsBefore = Math.max(session.eventsBefore, end);
            reply(session);
        });
    }

    private void accept(Session session, long version, Map<PartitionId, Long> offlineSince, Set<PartitionId> full) {
        session.reported = true;
        reported.put(session.brokerId, version, Collections.unmodifiableMap(offlineSince), full);
    }

    /** Acts on the newest report, if nothing has yet. When that fails, the next heartbeat leads here again. */
    private void settle(Session session) {
        int id = session.brokerId;
        long version = reported.unsettled(id);
        if (version < 0 || session.settling) return;
        session.settling = true;
        Set<PartitionId> offline = reported.offline(id);
        Set<PartitionId> fresh = reported.fresh(id);
        decider.decide(
                image -> brokers.replicasReported(image, id, session.epoch, offline, fresh, reported), answer -> {
                    session.settling = false;
                    if (!(answer instanceof Answer.Done<Boolean>)) return;
                    reported.settled(id, session.epoch, version);
                    if (version > 0) reply(session);
                    if (sessions.get(id) == session) settle(session);
                });
    }

    void streamBroke(BrokerLink link, long now) {
        Session session = byLink(link);
        if (session == null) return;
        sessions.remove(session.brokerId);
        if (isFenced(session)) tracker.forget(session.brokerId);
        else {
            tracker.streamBroke(session.brokerId, now);
            probe(session.brokerId, now);
        }
    }

    /** Fences whoever is dead by now, and looks again who could go on for those whose disk is full. */
    void tick(long now) {
        relieveFull(now);
        probeMissing(now);
        fenceDead(now);
    }

    private void probeMissing(long now) {
        if (now - probedNanos < config.reconnectWindow().toNanos()) return;
        probedNanos = now;
        tracker.missing().forEach(id -> probe(id, now));
    }

    private void probe(int id, long now) {
        Optional<BrokerRegistration> broker = log.image().broker(id);
        if (broker.isEmpty()) return;
        ServerEndpoint rpc = broker.get().rpc();
        probe.probe(new HostPort(rpc.host(), rpc.port()), () -> {
            tracker.refused(id);
            fenceDead(now);
        });
    }

    private void fenceDead(long now) {
        for (SessionTracker.Dead dead : tracker.dead(now)) {
            int id = dead.brokerId();
            Optional<BrokerRegistration> broker = log.image().broker(id);
            if (broker.isEmpty() || broker.get().fenced()) {
                forget(id);
            } else if (fencing.putIfAbsent(id, broker.get().epoch()) == null) {
                fence(id, broker.get().epoch(), dead.cause(), sessions.get(id));
            }
        }
    }

    /** A member that could may have joined the ISR meanwhile, or come alive. */
    private void relieveFull(long now) {
        if (!reported.anyFull() || relieving || now - relievedNanos < RELIEF_NANOS) return;
        relieving = true;
        relievedNanos = now;
        decider.decide(image -> brokers.relieveFull(image, reported), answer -> relieving = false);
    }

    private void fence(int id, long epoch, Cause cause, @Nullable Session session) {
        LOG.info("fencing broker {} epoch {}: {}", id, epoch, cause.text());
        decider.decide(image -> brokers.fence(image, id, epoch, cause, reported), answer -> {
            fencing.remove(id);
            // Unless done, the next tick tries again; unless the same session, the broker is back already.
            if (answer instanceof Answer.Done<Boolean> && sessions.get(id) == session) forget(id);
        });
    }

    private void forget(int brokerId) {
        tracker.forget(brokerId);
        reported.forget(brokerId);
        Session session = sessions.remove(brokerId);
        if (session != null) session.link.end(BrokerLink.End.RECONNECT);
    }

    private void unfence(Session session) {
        if (session.deciding) return;
        session.deciding = true;
        decider.decide(image -> brokers.unfence(image, session.brokerId, session.epoch, reported), answer -> {
            session.deciding = false;
            if (answer instanceof Answer.Done<Boolean> done) {
                if (done.reply()) LOG.info("broker {} epoch {} is unfenced", session.brokerId, session.epoch);
                reply(session);
            }
        });
    }

    private void withdraw(Session session, BrokerRegistration broker) {
        if (session.deciding || session.withdrawnIndex >= 0) return;
        if (broker.fenced()) {
            session.withdrawnIndex = log.image().index();
            return;
        }
        session.deciding = true;
        decider.decide(
                image -> brokers.fence(image, session.brokerId, session.epoch, SHUTTING_DOWN, reported), answer -> {
                    session.deciding = false;
                    if (answer instanceof Answer.Done<Boolean>) {
                        LOG.info("broker {} epoch {} is leaving", session.brokerId, session.epoch);
                        session.withdrawnIndex = log.image().index();
                        reply(session);
                    }
                });
    }

    private void open(int brokerId, long epoch, Uuid incarnation, BrokerLink link, long now) {
        Session session =
                new Session(brokerId, epoch, incarnation, link, log.image().index());
        reported.registered(brokerId, epoch);
        Session old = sessions.put(brokerId, session);
        if (old != null) old.link.end(BrokerLink.End.RECONNECT);
        tracker.heard(brokerId, now);
        link.send(ControllerMessage.newBuilder()
                .setRegistered(Registered.newBuilder()
                        .setBrokerEpoch(epoch)
                        .setIndex(session.caughtUpIndex)
                        .setHeartbeatIntervalMs((int) config.heartbeatInterval().toMillis())
                        .setSessionTimeoutMs((int) config.sessionTimeout().toMillis()))
                .build());
        LOG.info("broker {} epoch {} connected", brokerId, epoch);
        if (!link.isOpen()) streamBroke(link, now); // it closed before there was a session to find
    }

    private void reply(Session session) {
        session.link.send(ControllerMessage.newBuilder()
                .setHeartbeatReply(HeartbeatReply.newBuilder()
                        .setFenced(isFenced(session))
                        .setMayShutdown(mayShutdown(session))
                        .setCommittedIndex(log.image().index())
                        .setReportVersion(reported.settledVersion(session.brokerId))
                        .setEventsBefore(session.eventsBefore)
                        .setSequence(session.sequence))
                .build());
    }

    /** Its withdrawal is committed, and known to every broker that could have taken over. */
    private boolean mayShutdown(Session session) {
        return session.withdrawnIndex >= 0
                && sessions.values().stream()
                        .filter(other -> other != session && !other.leaving && !isFenced(other))
                        .allMatch(other -> other.appliedIndex >= session.withdrawnIndex);
    }

    private boolean isFenced(Session session) {
        return log.image()
                .broker(session.brokerId)
                .filter(broker -> broker.epoch() == session.epoch)
                .map(BrokerRegistration::fenced)
                .orElse(true);
    }

    private boolean otherIsLive(int brokerId, Uuid incarnation) {
        Session session = sessions.get(brokerId);
        return session != null && session.link.isOpen() && !session.incarnation.equals(incarnation);
    }

    private void end(Session session) {
        sessions.remove(session.brokerId, session);
    }

    private @Nullable Session byLink(BrokerLink link) {
        for (Session session : sessions.values()) if (session.link == link) return session;
        return null;
    }

    private static void reject(BrokerLink link, Status status) {
        link.send(ControllerMessage.newBuilder().setRejected(status).build());
        link.end(BrokerLink.End.REJECTED);
    }
}
