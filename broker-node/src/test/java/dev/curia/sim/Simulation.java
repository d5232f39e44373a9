package dev.curia.sim;

import dev.curia.common.id.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/** One run: a cluster comes up, is broken for a while under load, heals, and must come to rest with nothing lost. */
final class Simulation {
    static final String CLIENT_HOST = "client";
    /** How the complaint begins that something did not happen. */
    static final String TOO_SLOW = "not within ";

    private static final long START_LIMIT = 30 * World.SECONDS;
    private static final long HEAL_LIMIT = 60 * World.SECONDS;
    private static final int PARTITIONS = 2;

    private final World world;
    private final SimCluster cluster;
    private final Checker checker;
    private final Excuses excuses;
    private final boolean fsynced;
    private final SimAdmin admin;
    private final Faults faults;
    private final Operator operator;
    private final boolean withFaults;
    private final boolean withOperator;
    private final long storm;
    private final List<SimProducer> producers = new ArrayList<>();
    private final List<SimReader> readers = new ArrayList<>();
    private final List<SimEnds> ends = new ArrayList<>();

    /**
     * What came of it.
     *
     * @param excused partitions that lost more than is promised against
     */
    record Result(
            long seed,
            List<String> violations,
            long digest,
            long events,
            long virtualNanos,
            long acknowledged,
            long committed,
            long read,
            int excused,
            Map<Faults.Kind, Integer> faults,
            int stops,
            List<String> trace) {
        boolean ok() {
            return violations.isEmpty();
        }

        String describe() {
            return "seed " + seed + ": " + events + " events in " + virtualNanos / World.SECONDS + " virtual s, "
                    + acknowledged + " records acknowledged, " + committed + " committed, " + read + " read, "
                    + excused + " partitions excused, faults " + faults + ", clean stops " + stops
                    + (ok() ? "" : "\n  " + violations);
        }
    }

    /** @param verbose keeps the whole trace */
    Simulation(long seed, boolean verbose, boolean withFaults, Parts parts) {
        this.world = new World(seed, verbose);
        SplittableRandom random = world.fork();
        this.fsynced = random.nextBoolean();
        this.withFaults = withFaults;
        this.withOperator = withFaults && parts.faults().isEmpty();
        this.storm = withFaults ? 10 * World.SECONDS + random.nextLong(20 * World.SECONDS) : 5 * World.SECONDS;
        this.excuses = new Excuses(fsynced);
        int brokers = 3 + random.nextInt(2);
        List<Checker> late = new ArrayList<>();
        this.cluster = new SimCluster(
                world,
                brokers,
                PARTITIONS,
                parts,
                image -> late.forEach(each -> each.committed(image)),
                broker -> excuses.started(broker.id, broker.incarnation));
        this.checker = new Checker(world, cluster, excuses);
        late.add(checker);
        this.admin = new SimAdmin(cluster);
        this.faults = new Faults(world, cluster, admin, excuses, fsynced, parts.faults());
        this.operator = new Operator(world, cluster);
        world.log("seed " + seed + ": " + brokers + " brokers, " + (fsynced ? "fsynced" : "written"));
    }

    Result run() {
        String name = Thread.currentThread().getName(); // which says who acts, for the log of a verbose run
        try {
            cluster.start();
            admin.createTopic(fsynced);
            if (!runUntil("the cluster is up", START_LIMIT, cluster::isWhole)) return result();
            startClients();
            if (withFaults) faults.start();
            if (withOperator) operator.start();
            long end = world.now() + storm;
            runUntil("", Long.MAX_VALUE, () -> world.now() >= end);
            operator.end();
            faults.end();
            producers.forEach(SimProducer::finish);
            if (runUntil("everything moves again", HEAL_LIMIT, this::isQuiet)) checker.lookAtTheEnd();
        } catch (RuntimeException e) {
            world.violation("the simulation failed", e);
        } finally {
            Thread.currentThread().setName(name);
        }
        return result();
    }

    private Result result() {
        return new Result(
                world.seed,
                world.violations(),
                world.trace.digest(),
                world.events(),
                world.now(),
                checker.acknowledged(),
                checker.committed(),
                checker.read(),
                excuses.count(),
                faults.counts(),
                operator.stops(),
                world.trace.lines());
    }

    /** @return whether it came to pass, and nothing that must not */
    private boolean runUntil(String what, long limit, BooleanSupplier condition) {
        long started = world.now();
        long nextLook = 0;
        while (world.violations().isEmpty()) {
            if (world.now() >= nextLook) {
                if (condition.getAsBoolean()) return true;
                nextLook = world.now() + 20 * World.MILLIS;
            }
            if (world.now() - started > limit) {
                world.violation(TOO_SLOW + limit / World.SECONDS + " s: " + what + stuck());
                return false;
            }
            world.step();
            checker.look();
        }
        return false;
    }

    private String stuck() {
        StringBuilder text = new StringBuilder();
        producers.stream()
                .filter(each -> !isFinished(each))
                .forEach(each -> text.append("\n    ").append(each));
        readers.forEach(each -> text.append("\n    ").append(each));
        return text.append(cluster.describe()).toString();
    }

    private boolean isQuiet() {
        if (!cluster.isWhole()) return false;
        if (!producers.stream().allMatch(this::isFinished)) return false;
        for (SimBroker broker : cluster.brokers()) {
            for (TopicPartition partition : cluster.partitions()) {
                if (excuses.covers(partition)) continue;
                int committed = checker.ledger(partition).size();
                boolean behind = broker.log(partition)
                        .filter(log -> log.logEndOffset() != committed)
                        .isPresent();
                if (behind) return false;
            }
        }
        return readers.stream()
                .allMatch(each -> excuses.covers(each.partition)
                        || each.position() == checker.ledger(each.partition).size());
    }

    /** A producer whose acknowledged records are lost, as they may be, cannot go on. */
    private boolean isFinished(SimProducer producer) {
        return producer.isFinished() || excuses.covers(producer.partition);
    }

    private void startClients() {
        int number = 0;
        for (TopicPartition partition : cluster.partitions()) {
            for (int i = 0; i < 2; i++) {
                SimProcess process = cluster.newProcess(CLIENT_HOST);
                producers.add(new SimProducer(cluster, process, partition, ++number, checker));
            }
            readers.add(new SimReader(cluster, cluster.newProcess(CLIENT_HOST), partition, checker));
            ends.add(new SimEnds(cluster, cluster.newProcess(CLIENT_HOST), partition, checker));
        }
        producers.forEach(each -> each.process.after(0, each::findLeader));
        readers.forEach(each -> each.process.after(0, each::findLeader));
        ends.forEach(each -> each.process.after(0, each::findLeader));
    }
}
