package dev.curia.metadata.controller;

import dev.curia.common.id.PartitionId;
import dev.curia.metadata.decide.ElectionTarget;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.port.MetadataLog;
import dev.curia.proto.admin.v1.ElectLeadersRequest;
import dev.curia.proto.admin.v1.ElectLeadersResponse;
import dev.curia.proto.admin.v1.ElectedLeader;
import dev.curia.proto.common.v1.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Requests for elections in which data may be lost (KIP-460): answered when the partitions have leaders, or when those that could lead do not say
 * in time where their logs end. Loop-confined.
 */
final class UncleanRequests {
    private static final long PATIENCE_NANOS = Duration.ofSeconds(5).toNanos();

    /** @param done results so far; a partition without one is waited for */
    private record Waiting(
            List<ElectionTarget> targets,
            Map<ElectionTarget, ElectedLeader> done,
            boolean quiet,
            long deadline,
            Consumer<Answer<ElectLeadersResponse>> answer) {}

    private final MetadataLog log;
    private final LongestLogs longestLogs;
    private final List<Waiting> waiting = new ArrayList<>();

    UncleanRequests(MetadataLog log, LongestLogs longestLogs) {
        this.log = log;
        this.longestLogs = longestLogs;
    }

    void elect(ElectLeadersRequest request, long now, Consumer<Answer<ElectLeadersResponse>> answer) {
        MetadataImage image = log.image();
        Map<ElectionTarget, ElectedLeader> done = new HashMap<>();
        List<PartitionId> wanted = new ArrayList<>();
        List<ElectionTarget> targets = ElectionTarget.of(image, request);
        for (ElectionTarget target : targets) {
            Optional<PartitionState> led = image.partition(target.id()).filter(PartitionState::hasLeader);
            if (target.refusal().isPresent()) done.put(target, target.refusal().get());
            else if (led.isEmpty()) wanted.add(target.id());
            else {
                done.put(
                        target,
                        target.refused(
                                ErrorCode.ELECTION_NOT_NEEDED,
                                "Broker " + led.get().leader() + " leads it already."));
            }
        }
        longestLogs.want(wanted, now);
        waiting.add(new Waiting(targets, done, request.getAll(), now + PATIENCE_NANOS, answer));
        tick(now);
    }

    void tick(long now) {
        MetadataImage image = log.image();
        waiting.removeIf(each -> {
            for (ElectionTarget target : each.targets) {
                if (each.done.containsKey(target)) continue;
                Optional<PartitionState> state = image.partition(target.id());
                if (state.isPresent() && state.get().hasLeader()) {
                    each.done.put(target, target.elected(state.get().leader()));
                } else if (now - each.deadline >= 0) {
                    longestLogs.wantNoMore(target.id());
                    each.done.put(target, notAvailable(target, state));
                }
            }
            if (each.done.size() < each.targets.size()) return false;
            answer(each, image.index());
            return true;
        });
    }

    void stop() {
        List<Waiting> all = List.copyOf(waiting);
        waiting.clear();
        all.forEach(each -> each.answer.accept(new Answer.NotActive<>()));
    }

    private static ElectedLeader notAvailable(ElectionTarget target, Optional<PartitionState> state) {
        return target.refused(
                ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE,
                "None of its replicas" + state.map(s -> " " + s.replicas()).orElse("")
                        + " is alive, online and able to say where its log ends.");
    }

    private static void answer(Waiting request, long index) {
        List<ElectedLeader> results = request.targets.stream()
                .map(target -> request.done.get(target))
                .filter(result -> !request.quiet || result.getStatus().getCode() != ErrorCode.ELECTION_NOT_NEEDED)
                .toList();
        request.answer.accept(new Answer.Done<>(ElectLeadersResponse.newBuilder()
                .addAllPartitions(results)
                .setIndex(index)
                .build()));
    }
}
