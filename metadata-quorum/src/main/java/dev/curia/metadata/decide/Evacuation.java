package dev.curia.metadata.decide;

import dev.curia.common.id.PartitionId;
import dev.curia.metadata.image.BrokerRegistration;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.Topic;
import dev.curia.proto.admin.v1.DrainStep.Stage;
import dev.curia.proto.events.v1.CauseKind;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Moves everything off some brokers: those that drain, and those that are away for good. The plan is made anew from the metadata each time,
 * so that it goes on under another controller and after whatever happened meanwhile. A partition that moves already is left alone, whoever
 * moves it. A replica's place goes to the least loaded broker among those that leave the partition on most racks; a partition is blocked
 * rather than left on fewer racks than it is on, where that could be avoided later.
 */
public final class Evacuation {
    private final Reassignments reassignments;
    private final int movesPerBroker;

    /** @param movesPerBroker at most so many moves to or from a broker at once, whoever began them; at least 1 */
    public Evacuation(TopicDefaults defaults, int movesPerBroker) {
        this.reassignments = new Reassignments(defaults);
        this.movesPerBroker = movesPerBroker;
    }

    /**
     * What becomes of one partition.
     *
     * @param target its replicas afterwards; empty while that is not known
     * @param reason why it is not done at once; empty when it is
     */
    public record Step(
            PartitionId id, String topic, PartitionState state, Stage stage, List<Integer> target, String reason) {
        public Step {
            target = List.copyOf(target);
        }
    }

    /** A partition that one of the leaving brokers holds. */
    private record Held(String topic, PartitionId id, PartitionState state) {}

    /** Everything that the leaving brokers still hold, partitions with fewest in-sync replicas first. */
    public List<Step> plan(MetadataImage image, Set<Integer> leaving, ReplicaHealth health) {
        List<Held> held = held(image, leaving);
        if (held.isEmpty()) return List.of();
        Planner planner = new Planner(image, leaving, health);
        return held.stream().map(planner::step).toList();
    }

    /** Begins what can begin; the reply is how many partitions. */
    public Decision<Integer> begin(MetadataImage image, Set<Integer> leaving, ReplicaHealth health) {
        List<MetadataRecord> records = new ArrayList<>();
        for (Step step : plan(image, leaving, health)) {
            if (step.stage() != Stage.READY) continue;
            reassignments
                    .begin(image, step.id(), step.target(), cause(image, step, leaving), health)
                    .ifPresent(records::add);
        }
        return Decision.of(records, records.size());
    }

    private static Cause cause(MetadataImage image, Step step, Set<Integer> leaving) {
        List<Integer> gone = step.state().replicas().stream()
                .filter(broker -> leaving.contains(broker) && !step.target().contains(broker))
                .toList();
        boolean drains =
                gone.stream().anyMatch(id -> BrokerStandings.of(image, id).leaves());
        return new Cause(
                drains ? CauseKind.DRAIN : CauseKind.BROKER_ABSENT,
                "brokers " + gone + (drains ? " drain" : " are away") + ": move to brokers " + step.target());
    }

    private static List<Held> held(MetadataImage image, Set<Integer> leaving) {
        List<Held> held = new ArrayList<>();
        for (Topic topic : image.topics()) {
            for (int p = 0; p < topic.partitions().size(); p++) {
                PartitionState state = topic.partitions().get(p);
                if (state.replicas().stream().anyMatch(leaving::contains)) {
                    held.add(new Held(topic.name(), new PartitionId(topic.id(), p), state));
                }
            }
        }
        held.sort(Comparator.<Held>comparingInt(h -> h.state().isr().size())
                .thenComparing(Held::topic)
                .thenComparingInt(h -> h.id().partition()));
        return held;
    }

    /** One plan. */
    private final class Planner {
        private final MetadataImage image;
        private final Set<Integer> leaving;
        private final ReplicaHealth health;
        private final Racks racks;
        private final MoveLoad load;
        private final List<Integer> takers; // by id
        private final List<Integer> staying; // alive or not

        Planner(MetadataImage image, Set<Integer> leaving, ReplicaHealth health) {
            this.image = image;
            this.leaving = leaving;
            this.health = health;
            this.racks = new Racks(image);
            this.load = new MoveLoad(image, movesPerBroker);
            this.staying = image.brokers().stream()
                    .filter(broker ->
                            !leaving.contains(broker.id()) && !broker.standing().leaves())
                    .map(BrokerRegistration::id)
                    .sorted()
                    .toList();
            this.takers = staying.stream()
                    .filter(id -> image.broker(id).orElseThrow().takesReplicas())
                    .filter(health::hasRoom)
                    .toList();
        }

        Step step(Held held) {
            PartitionState state = held.state();
            if (state.isMoving()) return underWay(held);
            if (!state.hasLeader()) {
                return blocked(held, "nobody leads it, so that a new replica would have nobody to copy from");
            }
            List<Integer> target = replaced(held);
            if (target.equals(state.replicas())) return blocked(held, noTaker(state));
            int wanted = Math.min(racks.count(state.replicas()), Math.min(target.size(), racks.count(staying)));
            if (racks.count(target) < wanted) return blocked(held, tooFewRacks(target, wanted));
            load.planned(state.replicas(), target);
            Optional<Integer> busy = load.begin(state.replicas(), target);
            return busy.map(broker -> step(
                            held,
                            Stage.WAITING,
                            target,
                            movesPerBroker + " moves to or from broker " + broker + " are under way"))
                    .orElseGet(() -> step(held, Stage.READY, target, ""));
        }

        private Step underWay(Held held) {
            PartitionState state = held.state();
            List<Integer> target = MoveLoad.target(state);
            if (target.stream().anyMatch(leaving::contains)) {
                return blocked(held, "it already moves, to brokers " + target + "; when that is over it is moved on");
            }
            List<Integer> missing = MoveLoad.without(state.adding(), state.isr());
            List<Integer> dead =
                    missing.stream().filter(id -> !image.isAlive(id)).toList();
            if (!dead.isEmpty()) {
                return blocked(
                        held,
                        "its move to brokers " + target + " waits for brokers " + dead
                                + ", which are not alive; start them, or take it back with 'curia partitions reassign "
                                + held.topic() + " -p " + held.id().partition() + " --cancel'");
            }
            if (!state.hasLeader()) {
                return blocked(held, "it moves to brokers " + target + ", but nobody leads it to copy from");
            }
            String reason = missing.isEmpty()
                    ? "too few replicas are in sync without those that go"
                    : "brokers " + missing + " are catching up";
            return step(held, Stage.MOVING, target, reason);
        }

        /** With another broker in the place of each leaving one, as far as there are any. */
        private List<Integer> replaced(Held held) {
            List<Integer> target = new ArrayList<>(held.state().replicas());
            for (int at = 0; at < target.size(); at++) {
                if (!leaving.contains(target.get(at))) continue;
                List<Integer> others = new ArrayList<>(target);
                others.remove(at);
                boolean leads = at == 0;
                Optional<Integer> taker = takers.stream()
                        .filter(broker -> !target.contains(broker) && health.isOnline(broker, held.id()))
                        .min(Comparator.<Integer>comparingInt(
                                        broker -> racks.of(others).contains(racks.of(broker)) ? 1 : 0)
                                .thenComparingInt(load::replicas)
                                .thenComparingInt(broker -> leads ? load.preferred(broker) : 0)
                                .thenComparingInt(broker -> broker));
                if (taker.isPresent()) target.set(at, taker.get());
            }
            return target;
        }

        private String noTaker(PartitionState state) {
            List<Integer> others = MoveLoad.without(staying, state.replicas());
            if (others.isEmpty()) {
                return "its " + state.replicas().size() + " replicas would need as many brokers, but without those that"
                        + " leave there are only " + staying.size();
            }
            return "no other broker takes replicas: "
                    + others.stream().map(this::whyNot).collect(Collectors.joining(", "));
        }

        private String tooFewRacks(List<Integer> target, int wanted) {
            List<Integer> elsewhere = staying.stream()
                    .filter(id -> !takers.contains(id) && !racks.of(target).contains(racks.of(id)))
                    .toList();
            String why = elsewhere.stream()
                    .map(id -> whyNot(id) + " (rack '" + racks.of(id) + "')")
                    .collect(Collectors.joining(", "));
            return "it would be on " + racks.count(target) + " racks and could be on " + wanted
                    + (why.isEmpty() ? "" : ": " + why);
        }

        private String whyNot(int id) {
            BrokerRegistration broker = image.broker(id).orElseThrow();
            if (broker.fenced()) return "broker " + id + " is not alive";
            if (!broker.takesReplicas()) return "broker " + id + " is in maintenance";
            return "broker " + id
                    + (health.hasRoom(id)
                            ? " says that its replica is offline"
                            : " has a full disk, or has not yet told whether it has");
        }

        private static Step step(Held held, Stage stage, Collection<Integer> target, String reason) {
            return new Step(held.id(), held.topic(), held.state(), stage, List.copyOf(target), reason);
        }

        private static Step blocked(Held held, String reason) {
            return step(held, Stage.BLOCKED, List.of(), reason);
        }
    }
}
