package dev.curia.bench.scale;

import dev.curia.bench.load.RawConnection;
import dev.curia.bench.product.Waits;
import dev.curia.bench.scale.GroupCommits.Member;
import dev.curia.common.time.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.HeartbeatResponse;
import org.apache.kafka.common.requests.JoinGroupResponse;
import org.apache.kafka.common.requests.SyncGroupResponse;
import org.jspecify.annotations.Nullable;

/** Groups of one member each, whose heartbeats come as often as those of the stock client, over a few connections. */
final class GroupMembers implements AutoCloseable {
    static final int CONNECTIONS = 4;
    private static final long HEARTBEAT_NANOS = 3_000_000_000L;
    private static final int SESSION_MILLIS = 45_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int VERSION = 3; // of all requests: the last without ids that a member must bring

    private final Broker broker;
    private final List<Beater> beaters = new ArrayList<>();
    private final List<Member> members = new ArrayList<>();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private volatile boolean closed;

    GroupMembers(Broker broker) throws IOException {
        this.broker = broker;
        for (int i = 0; i < CONNECTIONS; i++) beaters.add(new Beater(new RawConnection(broker.address()), i));
        beaters.forEach(Thread::start);
    }

    /** Forms groups until there are so many. */
    void growTo(long count) {
        while (members.size() < count) {
            String group = GroupCommits.group(members.size());
            Beater beater = beaters.get(members.size() % CONNECTIONS);
            // Its coordinator may be loading still.
            Waits.until("a member of " + group, PATIENCE, () -> beater.join(group));
        }
    }

    Member member(long group) {
        return members.get((int) group);
    }

    /** Fails when a member was not known any more. */
    void check() {
        Exception found = failure.get();
        if (found != null) throw new IllegalStateException("a heartbeat failed", found);
    }

    @Override
    public void close() {
        closed = true;
        beaters.forEach(Beater::end);
    }

    /** The groups of one connection. */
    private final class Beater extends Thread {
        private final RawConnection connection;
        // Guarded by this, and so is the connection.
        private final List<HeartbeatRequestData> beats = new ArrayList<>();

        Beater(RawConnection connection, int number) {
            super("group-members-" + number);
            setDaemon(true);
            this.connection = connection;
        }

        /** False: to be tried again. */
        synchronized boolean join(String group) {
            try {
                Optional<Member> member = member(group);
                member.ifPresent(found -> add(group, found));
                member.ifPresent(members::add);
                return member.isPresent();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private Optional<Member> member(String group) throws IOException {
            JoinGroupRequestData join = new JoinGroupRequestData()
                    .setGroupId(group)
                    .setMemberId("")
                    .setProtocolType("consumer")
                    .setSessionTimeoutMs(SESSION_MILLIS)
                    .setRebalanceTimeoutMs(SESSION_MILLIS);
            join.protocols()
                    .add(new JoinGroupRequestData.JoinGroupRequestProtocol()
                            .setName("range")
                            .setMetadata(new byte[32]));
            JoinGroupResponseData joined =
                    ((JoinGroupResponse) connection.call(ApiKeys.JOIN_GROUP, VERSION, join)).data();
            Errors error = Errors.forCode(joined.errorCode());
            if (error.exception() instanceof RetriableException) return Optional.empty();
            error.maybeThrow();
            SyncGroupRequestData sync = new SyncGroupRequestData()
                    .setGroupId(group)
                    .setMemberId(joined.memberId())
                    .setGenerationId(joined.generationId())
                    .setAssignments(List.of(new SyncGroupRequestData.SyncGroupRequestAssignment()
                            .setMemberId(joined.memberId())
                            .setAssignment(new byte[32])));
            SyncGroupResponse synced = (SyncGroupResponse) connection.call(ApiKeys.SYNC_GROUP, VERSION, sync);
            Errors.forCode(synced.data().errorCode()).maybeThrow();
            return Optional.of(new Member(joined.memberId(), joined.generationId()));
        }

        private void add(String group, Member member) {
            beats.add(new HeartbeatRequestData()
                    .setGroupId(group)
                    .setMemberId(member.id())
                    .setGenerationId(member.generation()));
        }

        @Override
        public void run() {
            Clock clock = broker.clock();
            try {
                for (int i = 0; !closed; i++) {
                    long begin =
                            clock.monotonicNanos(); // what was late, as while groups are formed, is not made up for
                    int groups = beat(i);
                    Waits.until(begin + HEARTBEAT_NANOS / Math.max(1, groups));
                }
            } catch (IOException | RuntimeException e) {
                if (!closed) failure.compareAndSet(null, e);
            }
        }

        /** @return of how many groups it was one */
        private synchronized int beat(int number) throws IOException {
            if (beats.isEmpty()) return 0;
            HeartbeatResponse response =
                    (HeartbeatResponse) connection.call(ApiKeys.HEARTBEAT, VERSION, beats.get(number % beats.size()));
            Errors.forCode(response.data().errorCode()).maybeThrow();
            return beats.size();
        }

        void end() {
            connection.close();
        }
    }
}
