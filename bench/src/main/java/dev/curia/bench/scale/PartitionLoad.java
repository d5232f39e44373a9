package dev.curia.bench.scale;

import dev.curia.bench.load.RateLoad;
import java.util.concurrent.ExecutionException;
import java.util.function.ObjDoubleConsumer;

/** Partitions of one topic. */
final class PartitionLoad implements Trial {
    static final int RECORDS_A_SECOND = 2_000;
    static final int RECORD_BYTES = 1_024;
    private static final String TOPIC = "partitions";

    private final Broker broker;
    private final double seconds;
    private int partitions;

    PartitionLoad(Broker broker, double windowSeconds) throws ExecutionException {
        this.broker = broker;
        this.seconds = windowSeconds;
        broker.warmUp();
    }

    @Override
    public void at(long size, ObjDoubleConsumer<String> costs) throws ExecutionException {
        costs.accept("creating those added, ms", broker.growTopic(TOPIC, partitions, (int) size));
        partitions = (int) size;
        SteadyProducer producer = new SteadyProducer(broker, new RateLoad(RECORDS_A_SECOND, partitions, RECORD_BYTES));
        costs.accept("CPU of producing, s/GB", producer.produce(TOPIC, seconds).cpuPerGigabyte());
        costs.accept("CPU idle, % of a core", broker.idlePercent(seconds));
        costs.accept("heap, MB", broker.heapMegabytes());
        costs.accept("resident, MB", broker.usage().residentMegabytes());
    }
}
