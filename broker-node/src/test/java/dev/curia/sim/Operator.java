package dev.curia.sim;

import java.util.SplittableRandom;

/** Stops brokers cleanly and starts them again: at any moment, also when they have been killed and hardly run again. Not for every seed. */
final class Operator {
    private static final long MEAN_GAP = 4 * World.SECONDS;
    private static final long LONGEST_STOP = 3 * World.SECONDS;
    private static final long SOON = 150 * World.MILLIS;

    private final World world;
    private final SimCluster cluster;
    private final SplittableRandom random;
    private int stops;
    private boolean over;

    Operator(World world, SimCluster cluster) {
        this.world = world;
        this.cluster = cluster;
        this.random = world.apart();
    }

    /** Seeds that found bugs before there was an operator still do without. */
    void start() {
        if (world.seed % 5 >= 2) later(random.nextLong(2 * MEAN_GAP), this::act);
    }

    void end() {
        over = true;
    }

    /** How often a broker was told to stop. */
    int stops() {
        return stops;
    }

    private void act() {
        int id = 1 + random.nextInt(cluster.brokerCount());
        if (random.nextInt(3) == 0) killAndStop(id);
        else stop(id, random.nextLong(LONGEST_STOP));
        later(random.nextLong(2 * MEAN_GAP), this::act);
    }

    /** What a process that has just started has not looked at yet, it must not vouch for. */
    private void killAndStop(int id) {
        if (!cluster.killBroker(id, false)) return;
        world.log("b" + id + " is killed, and stopped as soon as it is back");
        cluster.startBroker(id, 0);
        later(random.nextLong(SOON), () -> stop(id, 0));
    }

    private void stop(int id, long startAfter) {
        if (cluster.broker(id).isEmpty()) return;
        stops++;
        world.log("b" + id + " is told to stop");
        cluster.stopBroker(id, () -> {
            world.log("b" + id + " has stopped");
            cluster.startBroker(id, startAfter);
        });
    }

    private void later(long delay, Runnable task) {
        world.after(delay, null, () -> {
            if (!over) task.run();
        });
    }
}
