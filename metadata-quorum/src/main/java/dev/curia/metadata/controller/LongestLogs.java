package dev.curia.metadata.controller;

import dev.curia.common.id.PartitionId;
import dev.curia.metadata.controller.BrokerSessions.Decider;
import dev.curia.metadata.decide.UncleanElections;
import dev.curia.metadata.decide.UncleanElections.LogEnd;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.port.MetadataLog;
import dev.curia.proto.metadata.v1.ControllerMessage;
import dev.curia.proto.metadata.v1.LogEndWanted;
import dev.curia.proto.metadata.v1.LogEnds;
import dev.curia.proto.metadata.v1.LogEndsRequest;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the longest log of partitions that nobody alive is known to have all of, by asking the brokers, and has its replica lead; see
 * {@link UncleanElections}. Loop-confined; not logged: a new controller asks again.
 */
final class LongestLogs {
    private static final Logger LOG = LoggerFactory.getLogger(LongestLogs.class);
    private static final long ASK_NANOS = Duration.ofMillis(200).toNanos();
    /** In one request, so that a message stays small. */
    private static final int MOST_ASKED = 5_000;

    private record Said(long brokerEpoch, int leaderEpoch, LogEnd end) {}

    private final UncleanElections elections;
    private final MetadataLog log;
    private final Decider decider;
    private final BrokerSessions sessions;
    private final long patienceNanos;

    private final Map<PartitionId, Map<Integer, Said>> said = new HashMap<>(); // by broker
    private final Map<PartitionId, Long> sinceNanos = new HashMap<>();
    private final Set<PartitionId> wanted = new HashSet<>();
    private long nextAskNanos;
    private boolean deciding;

    /** @param patience for replicas that do not say where their logs end */
    LongestLogs(
            UncleanElections elections, MetadataLog log, Decider decider, BrokerSessions sessions, Duration patience) {
        this.elections = elections;
        this.log = log;
        this.decider = decider;
        this.sessions = sessions;
        this.patienceNanos = patience.toNanos();
    }

    void start(long now) {
        said.clear();
        sinceNanos.clear();
        wanted.clear();
        nextAskNanos = now;
    }

    /** Somebody accepts that data may be lost. Forgotten when the partition has a leader, or when another controller takes over. */
    void want(Collection<PartitionId> partitions, long now) {
        wanted.addAll(partitions);
        nextAskNanos = now;
    }

    void wantNoMore(PartitionId partition) {
        wanted.remove(partition);
    }

    void tick(long now) {
        MetadataImage image = log.image();
        if (image.leaderless().isEmpty()) {
            if (!sinceNanos.isEmpty() || !wanted.isEmpty()) start(now);
            return;
        }
        if (now - nextAskNanos < 0) return;
        nextAskNanos = now + ASK_NANOS;
        List<PartitionId> partitions = elections.candidates(image, wanted::contains);
        forgetOthers(new HashSet<>(partitions));
        partitions.forEach(id -> sinceNanos.putIfAbsent(id, now));
        ask(image, partitions);
        if (!partitions.isEmpty()) elect(partitions, now);
    }

    /** A broker says where its logs end. */
    void heard(int brokerId, long brokerEpoch, LogEnds ends, long now) {
        for (dev.curia.proto.metadata.v1.LogEnd end : ends.getEndsList()) {
            PartitionId id = new PartitionId(ImageRecords.uuid(end.getTopicId()), end.getPartition());
            if (!sinceNanos.containsKey(id)) continue;
            said.computeIfAbsent(id, p -> new HashMap<>())
                    .put(
                            brokerId,
                            new Said(
                                    brokerEpoch,
                                    end.getLeaderEpoch(),
                                    new LogEnd(end.getLastEpoch(), end.getEndOffset())));
        }
        elect(List.copyOf(sinceNanos.keySet()), now);
    }

    private void elect(List<PartitionId> partitions, long now) {
        if (deciding) return;
        deciding = true;
        UncleanElections.Occasion occasion = new UncleanElections.Occasion() {
            @Override
            public boolean isWanted(PartitionId id) {
                return wanted.contains(id);
            }

            @Override
            public boolean isOverdue(PartitionId id) {
                Long since = sinceNanos.get(id);
                return since != null && now - since >= patienceNanos;
            }
        };
        decider.<List<PartitionId>>decide(
                image -> elections.elect(
                        image, partitions, sessions.health(), (b, p, state) -> end(image, b, p, state), occasion),
                answer -> {
                    deciding = false;
                    if (!(answer instanceof Answer.Done<List<PartitionId>> done)) return;
                    for (PartitionId id : done.reply()) {
                        LOG.warn(
                                "{} is led by the longest log that was found, {}: committed records may be lost",
                                id,
                                said.getOrDefault(id, Map.of()));
                        forget(id);
                    }
                });
    }

    private Optional<LogEnd> end(MetadataImage image, int brokerId, PartitionId id, PartitionState state) {
        return Optional.ofNullable(said.getOrDefault(id, Map.of()).get(brokerId))
                .filter(each -> each.leaderEpoch == state.leaderEpoch())
                .filter(each -> image.broker(brokerId)
                        .filter(broker -> broker.epoch() == each.brokerEpoch)
                        .isPresent())
                .map(Said::end);
    }

    private void ask(MetadataImage image, List<PartitionId> partitions) {
        Map<Integer, LogEndsRequest.Builder> requests = new TreeMap<>();
        for (PartitionId id : partitions) {
            PartitionState state = image.partition(id).orElseThrow();
            for (int replica : state.replicas()) {
                if (end(image, replica, id, state).isPresent()) continue;
                LogEndsRequest.Builder request = requests.computeIfAbsent(replica, b -> LogEndsRequest.newBuilder());
                if (request.getPartitionsCount() >= MOST_ASKED) continue;
                request.addPartitions(LogEndWanted.newBuilder()
                        .setTopicId(ImageRecords.bytes(id.topicId()))
                        .setPartition(id.partition())
                        .setLeaderEpoch(state.leaderEpoch()));
            }
        }
        requests.forEach((broker, request) -> sessions.send(
                broker,
                ControllerMessage.newBuilder().setLogEndsRequest(request).build()));
    }

    private void forgetOthers(Set<PartitionId> partitions) {
        Predicate<PartitionId> other = id -> !partitions.contains(id);
        sinceNanos.keySet().removeIf(other);
        said.keySet().removeIf(other);
        wanted.removeIf(other);
    }

    private void forget(PartitionId id) {
        sinceNanos.remove(id);
        said.remove(id);
        wanted.remove(id);
    }
}
