package dev.curia.bench.scale;

import java.util.concurrent.ExecutionException;
import java.util.function.DoubleSupplier;
import java.util.function.ObjDoubleConsumer;

/** The start of a broker that has so many partitions, a record in each. */
final class PartitionStart implements Trial {
    private static final String TOPIC = "partitions";

    private final Broker broker;
    private int partitions;

    PartitionStart(Broker broker) {
        this.broker = broker;
    }

    @Override
    public void at(long size, ObjDoubleConsumer<String> costs) throws ExecutionException {
        broker.growTopic(TOPIC, partitions, (int) size);
        partitions = (int) size;
        start("after a clean stop", broker::startAfterStop, costs);
        start("after kill -9", broker::startAfterKill, costs);
    }

    private void start(String what, DoubleSupplier starts, ObjDoubleConsumer<String> costs) {
        double ready = starts.getAsDouble();
        costs.accept("start " + what + " to ready, ms", ready);
        long since = broker.clock().monotonicNanos();
        broker.clients().writeToEach(TOPIC, partitions);
        costs.accept("start " + what + " to a record in each, ms", ready + broker.millisSince(since));
    }
}
