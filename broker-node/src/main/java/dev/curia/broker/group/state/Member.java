package dev.curia.broker.group.state;

import dev.curia.broker.group.state.JoinGroup.Protocol;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** A member of a live classic group, with the answers it waits for. Single-threaded. */
final class Member {
    final String id;
    final @Nullable String instanceId;
    final JoinGroup.Client client;
    int rebalanceTimeoutMs;
    int sessionTimeoutMs;
    List<Protocol> protocols;
    Bytes assignment = Bytes.EMPTY;

    /** Has never been answered: it does not know its id, so it can't send heartbeats. */
    boolean isNew;

    // The session: it ends at deadlineMs; a timer is set for timerAtMs, or none when that is -1.
    long deadlineMs;
    long timerAtMs = -1;

    private @Nullable Consumer<JoinGroup.Reply> joinAnswer;
    private @Nullable Consumer<SyncGroup.Reply> syncAnswer;

    Member(String id, JoinGroup.Request request) {
        this.id = id;
        this.instanceId = request.instanceId();
        this.client = request.client();
        this.rebalanceTimeoutMs = request.rebalanceTimeoutMs();
        this.sessionTimeoutMs = request.sessionTimeoutMs();
        this.protocols = request.protocols();
    }

    /** As it was when its generation was persisted. */
    Member(MemberSnapshot persisted, String protocol) {
        this.id = persisted.memberId();
        this.instanceId = persisted.instanceId();
        this.client = new JoinGroup.Client(persisted.clientId(), persisted.clientHost());
        this.rebalanceTimeoutMs = persisted.rebalanceTimeoutMs();
        this.sessionTimeoutMs = persisted.sessionTimeoutMs();
        this.protocols = List.of(new Protocol(protocol, persisted.subscription()));
        this.assignment = persisted.assignment();
    }

    void update(JoinGroup.Request request) {
        rebalanceTimeoutMs = request.rebalanceTimeoutMs();
        sessionTimeoutMs = request.sessionTimeoutMs();
        protocols = request.protocols();
    }

    boolean isStatic() {
        return instanceId != null;
    }

    boolean supports(String protocol) {
        return protocols.stream().anyMatch(p -> p.name().equals(protocol));
    }

    /** Its metadata under a protocol it supports. */
    Bytes metadata(@Nullable String protocol) {
        for (Protocol p : protocols) if (p.name().equals(protocol)) return p.metadata();
        return Bytes.EMPTY;
    }

    MemberSnapshot snapshot(@Nullable String protocol, Bytes itsAssignment) {
        return new MemberSnapshot(
                id,
                instanceId,
                client.id(),
                client.host(),
                rebalanceTimeoutMs,
                sessionTimeoutMs,
                metadata(protocol),
                itsAssignment);
    }

    boolean awaitsJoin() {
        return joinAnswer != null;
    }

    boolean awaitsSync() {
        return syncAnswer != null;
    }

    /** A client asks again only when it has given up on its earlier request. */
    void awaitJoin(Consumer<JoinGroup.Reply> answer) {
        answerJoin(JoinGroup.Reply.failed(Errors.REBALANCE_IN_PROGRESS, id));
        joinAnswer = answer;
    }

    void awaitSync(Consumer<SyncGroup.Reply> answer) {
        answerSync(SyncGroup.Reply.failed(Errors.REBALANCE_IN_PROGRESS));
        syncAnswer = answer;
    }

    /** Does nothing when it does not wait. */
    void answerJoin(JoinGroup.Reply reply) {
        Consumer<JoinGroup.Reply> answer = joinAnswer;
        joinAnswer = null;
        if (answer != null) answer.accept(reply);
    }

    void answerSync(SyncGroup.Reply reply) {
        Consumer<SyncGroup.Reply> answer = syncAnswer;
        syncAnswer = null;
        if (answer != null) answer.accept(reply);
    }

    /** Answers whatever it waits for. */
    void fail(Errors error) {
        answerJoin(JoinGroup.Reply.failed(error, id));
        answerSync(SyncGroup.Reply.failed(error));
    }
}
