package dev.curia.sim;

import dev.curia.common.id.TopicPartition;
import dev.curia.metadata.image.PartitionState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/** Breaks things, of kinds that the seed chose, each for a while. */
final class Faults {
    private static final long LONGEST = 8 * World.SECONDS;
    /** Of power losses, in percent. */
    private static final int BEYOND_THE_PROMISE = 5;

    /** What can go wrong. */
    enum Kind {
        KILL_BROKER,
        KILL_NEW_LEADERS,
        POWER_LOSS,
        POWER_CYCLE,
        PAUSE_BROKER,
        KILL_QUORUM_NODE,
        PAUSE_QUORUM_NODE,
        ISOLATE,
        CUT_ONE_WAY,
        SPLIT,
        SLOW_LINK,
        LOSSY_LINK,
        BREAK_CONNECTIONS,
        DISK_FULL,
        CLOCK_JUMP,
        QUORUM_ELECTION,
        UNKNOWN_OUTCOMES,
        MOVE,
        PASS_LEADERSHIP_ON,
        CHANGE_MIN_INSYNC
    }

    private final World world;
    private final SimCluster cluster;
    private final SimAdmin admin;
    private final Excuses excuses;
    private final boolean fsynced;
    private final SplittableRandom random;
    private final List<Kind> kinds;
    private final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
    private final long meanGap;
    private final long longest;
    private boolean over;

    /** @param longest for which one lasts */
    record Profile(Set<Kind> kinds, long meanGap, long longest) {
        static Profile of(long meanGap, long longest, Kind... kinds) {
            return new Profile(new TreeSet<>(List.of(kinds)), meanGap, longest);
        }

        private static Profile random(SplittableRandom random) {
            Set<Kind> kinds = new TreeSet<>();
            int percent = 20 + random.nextInt(80);
            for (Kind kind : Kind.values()) if (random.nextInt(100) < percent) kinds.add(kind);
            if (kinds.isEmpty()) kinds.add(Kind.KILL_BROKER);
            return new Profile(kinds, 300 * World.MILLIS + random.nextLong(3 * World.SECONDS), LONGEST);
        }
    }

    /** @param given empty: the seed chooses */
    Faults(World world, SimCluster cluster, SimAdmin admin, Excuses excuses, boolean fsynced, Optional<Profile> given) {
        this.world = world;
        this.cluster = cluster;
        this.admin = admin;
        this.excuses = excuses;
        this.fsynced = fsynced;
        this.random = world.fork();
        Profile profile = given.orElseGet(() -> Profile.random(random));
        this.kinds = List.copyOf(profile.kinds);
        this.meanGap = profile.meanGap;
        this.longest = profile.longest;
    }

    Map<Kind, Integer> counts() {
        return counts;
    }

    void start() {
        world.after(random.nextLong(2 * meanGap), null, this::strike);
    }

    private void strike() {
        if (over) return;
        Kind kind = kinds.get(random.nextInt(kinds.size()));
        if (perform(kind)) counts.merge(kind, 1, Integer::sum);
        start();
    }

    /** All is mended, for good. */
    void end() {
        over = true;
        world.log("everything is healed");
        cluster.network.healAll();
        cluster.raft.misbehave(0, 0);
        cluster.resumeAll();
        for (int id = 1; id <= cluster.brokerCount(); id++) {
            cluster.disk(id).full(false);
            if (cluster.broker(id).isEmpty()) cluster.startBroker(id, 0);
        }
        for (int id = 1; id <= SimQuorumNode.COUNT; id++)
            if (cluster.quorumNode(id).isEmpty()) cluster.startQuorumNode(id, 0);
    }

    private long duration() {
        long most = random.nextBoolean() ? longest : longest / 10;
        return 20 * World.MILLIS + random.nextLong(most);
    }

    private void later(long delay, Runnable mend) {
        world.after(delay, null, () -> {
            if (!over) mend.run();
        });
    }

    private int anyBroker() {
        return 1 + random.nextInt(cluster.brokerCount());
    }

    private int anyQuorumNode() {
        return 1 + random.nextInt(SimQuorumNode.COUNT);
    }

    private String anyHost() {
        List<String> hosts = cluster.hosts();
        return hosts.get(random.nextInt(hosts.size()));
    }

    /** @return whether anything was done */
    private boolean perform(Kind kind) {
        return switch (kind) {
            case KILL_BROKER -> killBroker(false);
            case KILL_NEW_LEADERS -> killNewLeaders();
            case POWER_LOSS -> killBroker(true);
            case POWER_CYCLE -> cyclePower();
            case PAUSE_BROKER -> pauseBroker();
            case KILL_QUORUM_NODE -> killQuorumNode();
            case PAUSE_QUORUM_NODE -> pauseQuorumNode();
            case ISOLATE -> isolate();
            case CUT_ONE_WAY -> cutOneWay();
            case SPLIT -> split();
            case SLOW_LINK -> impair(true);
            case LOSSY_LINK -> impair(false);
            case BREAK_CONNECTIONS -> breakConnections();
            case DISK_FULL -> fillDisk();
            case CLOCK_JUMP -> jumpClock();
            case QUORUM_ELECTION -> electInQuorum();
            case UNKNOWN_OUTCOMES -> misbehave();
            case MOVE -> move();
            case PASS_LEADERSHIP_ON -> passLeadershipOn();
            case CHANGE_MIN_INSYNC -> changeMinInsync();
        };
    }

    private boolean killBroker(boolean powerLoss) {
        return kill(anyBroker(), powerLoss, duration());
    }

    /** Off and on again, before anybody might notice. */
    private boolean cyclePower() {
        return kill(anyBroker(), true, 0);
    }

    /** Whoever leads a partition is cut off or killed, and so is who comes next, hardly that it leads: logs part again and again. */
    private boolean killNewLeaders() {
        TopicPartition partition =
                cluster.partitions().get(random.nextInt(cluster.partitions().size()));
        chase(partition, -1, 2 + random.nextInt(3), World.SECONDS);
        return true;
    }

    private void chase(TopicPartition partition, int lastEpoch, int times, long patience) {
        if (over || times == 0 || patience <= 0) return;
        PartitionState state = Checker.state(cluster.raft.committed(), partition);
        if (state == null || !state.hasLeader() || state.leaderEpoch() == lastEpoch) {
            later(5 * World.MILLIS, () -> chase(partition, lastEpoch, times, patience - 5 * World.MILLIS));
            return;
        }
        later(random.nextLong(100 * World.MILLIS), () -> {
            if (random.nextBoolean()) kill(state.leader(), false, duration());
            else isolate(SimBroker.host(state.leader()));
            chase(partition, state.leaderEpoch(), times - 1, 6 * World.SECONDS);
        });
    }

    private boolean kill(int id, boolean powerLoss, long duration) {
        boolean anyway = random.nextInt(100) < BEYOND_THE_PROMISE;
        if (powerLoss && !fsynced && !anyway && !othersKeepTheData(id)) return false;
        if (!cluster.killBroker(id, powerLoss)) return false;
        world.log("b" + id + (powerLoss ? " loses power" : " is killed"));
        if (powerLoss) {
            excuses.lostPower(id, cluster.partitions());
            for (var partition : cluster.partitions()) {
                PartitionState state = Checker.state(cluster.raft.committed(), partition);
                if (state != null) excuses.look(partition, state, cluster.raft.committed());
            }
        }
        later(duration, () -> cluster.startBroker(id, 0));
        return true;
    }

    /** Beyond that nothing is promised of records that are not yet on disk, but that the partition can be used again. */
    private boolean othersKeepTheData(int id) {
        for (var partition : cluster.partitions()) {
            PartitionState state = Checker.state(cluster.raft.committed(), partition);
            if (state == null || !excuses.mayLosePower(id, partition, state)) return false;
        }
        return true;
    }

    private boolean pauseBroker() {
        return cluster.broker(anyBroker())
                .map(broker -> {
                    long nanos = duration();
                    world.log(broker.process.host + " pauses for " + nanos / World.MILLIS + " ms");
                    broker.process.pause(nanos);
                    return true;
                })
                .orElse(false);
    }

    private boolean killQuorumNode() {
        int id = anyQuorumNode();
        if (!cluster.killQuorumNode(id)) return false;
        world.log("q" + id + " is killed");
        later(duration(), () -> cluster.startQuorumNode(id, 0));
        return true;
    }

    private boolean pauseQuorumNode() {
        return cluster.quorumNode(anyQuorumNode())
                .map(node -> {
                    long nanos = duration();
                    world.log(node.process.host + " pauses for " + nanos / World.MILLIS + " ms");
                    node.process.pause(nanos);
                    return true;
                })
                .orElse(false);
    }

    private boolean isolate() {
        return isolate(anyHost());
    }

    private boolean isolate(String host) {
        List<String> others = new ArrayList<>(cluster.hosts());
        if (random.nextBoolean()) others.add(Simulation.CLIENT_HOST);
        others.remove(host);
        world.log(host + " is cut off from " + others);
        for (String other : others) {
            cluster.network.cut(host, other);
            cluster.network.cut(other, host);
        }
        later(duration(), () -> healPaths(List.of(host), others));
        return true;
    }

    private boolean cutOneWay() {
        String from = anyHost();
        List<String> to = new ArrayList<>();
        for (String host : cluster.hosts()) if (!host.equals(from) && random.nextBoolean()) to.add(host);
        boolean inwards = random.nextBoolean();
        world.log((inwards ? "nothing gets through to " : "nothing gets through from ") + from + " of/to " + to);
        for (String other : to) cluster.network.cut(inwards ? other : from, inwards ? from : other);
        later(duration(), () -> healPaths(List.of(from), to));
        return true;
    }

    private boolean split() {
        List<String> one = new ArrayList<>();
        List<String> other = new ArrayList<>();
        for (String host : cluster.hosts()) (random.nextBoolean() ? one : other).add(host);
        world.log("split into " + one + " and " + other);
        for (String a : one) {
            for (String b : other) {
                cluster.network.cut(a, b);
                cluster.network.cut(b, a);
            }
        }
        later(duration(), () -> healPaths(one, other));
        return true;
    }

    private void healPaths(List<String> one, List<String> other) {
        world.log("paths between " + one + " and " + other + " are healed");
        for (String a : one) {
            for (String b : other) {
                cluster.network.heal(a, b);
                cluster.network.heal(b, a);
            }
        }
    }

    private boolean impair(boolean slow) {
        String from = anyHost();
        String to = anyHost();
        if (from.equals(to)) return false;
        world.log("the path from " + from + " to " + to + (slow ? " is slow" : " loses packets"));
        if (slow) cluster.network.slow(from, to, 20 * World.MILLIS + random.nextLong(World.SECONDS));
        else cluster.network.lossy(from, to, 10 + random.nextInt(50));
        later(duration(), () -> cluster.network.heal(from, to));
        return true;
    }

    private boolean breakConnections() {
        excuses.connectionsReset(world.now());
        String one = anyHost();
        String other = anyHost();
        if (one.equals(other)) return false;
        world.log("connections between " + one + " and " + other + " break");
        cluster.network.breakConnections(one, other);
        return true;
    }

    private boolean fillDisk() {
        int id = anyBroker();
        world.log("the disk of b" + id + " is full");
        cluster.disk(id).full(true);
        later(duration(), () -> {
            world.log("the disk of b" + id + " has room");
            cluster.disk(id).full(false);
        });
        return true;
    }

    private boolean jumpClock() {
        return cluster.broker(anyBroker())
                .map(broker -> {
                    broker.process.jumpWallClock(random.nextLong(-86_400_000, 86_400_000));
                    return true;
                })
                .orElse(false);
    }

    private boolean electInQuorum() {
        cluster.raft.transferLeadership();
        return true;
    }

    private boolean misbehave() {
        cluster.raft.misbehave(random.nextInt(60), random.nextInt(40));
        later(duration(), () -> cluster.raft.misbehave(0, 0));
        return true;
    }

    /** To other brokers, or back. */
    private boolean move() {
        TopicPartition partition = anyPartition();
        List<Integer> replicas =
                random.nextInt(4) == 0 ? List.of() : shuffledBrokers().subList(0, 3);
        world.log(partition + " is to move to " + replicas);
        admin.move(partition, replicas);
        return true;
    }

    /** From broker to broker, where the replicas are. */
    private boolean passLeadershipOn() {
        TopicPartition partition = anyPartition();
        PartitionState state = Checker.state(cluster.raft.committed(), partition);
        if (state == null || state.isMoving()) return false;
        List<Integer> order = new ArrayList<>(state.replicas());
        for (int turn = 1 + random.nextInt(4); turn > 0; turn--) {
            Collections.rotate(order, 1);
            List<Integer> replicas = List.copyOf(order);
            long delay = turn * random.nextLong(300 * World.MILLIS);
            later(delay, () -> {
                admin.move(partition, replicas);
                admin.electPreferred();
            });
        }
        return true;
    }

    private boolean changeMinInsync() {
        admin.requireInSync(1 + random.nextInt(3));
        return true;
    }

    private TopicPartition anyPartition() {
        return cluster.partitions().get(random.nextInt(cluster.partitions().size()));
    }

    private List<Integer> shuffledBrokers() {
        List<Integer> ids = new ArrayList<>();
        for (int id = 1; id <= cluster.brokerCount(); id++) ids.add(random.nextInt(ids.size() + 1), id);
        return ids;
    }
}
