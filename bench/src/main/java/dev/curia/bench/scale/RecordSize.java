package dev.curia.bench.scale;

import dev.curia.bench.load.ProduceLoad;
import dev.curia.bench.load.Saturation;
import dev.curia.bench.load.Work;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.ObjDoubleConsumer;

/** Records of one size, as fast as one producer sends them. */
final class RecordSize implements Trial {
    private static final double WARM_SECONDS = 1.5;
    private static final String MOST_BYTES = Integer.toString(16 << 20);

    private final Broker broker;
    private final double seconds;

    RecordSize(Broker broker, double windowSeconds) throws ExecutionException {
        this.broker = broker;
        this.seconds = windowSeconds;
        broker.warmUp();
    }

    @Override
    public void at(long size, ObjDoubleConsumer<String> costs) throws ExecutionException {
        ProduceLoad load = ProduceLoad.BASE.withRecordBytes((int) size);
        String topic = "records-" + size;
        broker.createTopic(topic, load.partitions(), Map.of("max.message.bytes", MOST_BYTES));
        Work work = new Saturation(broker.clients(), broker.clock(), broker.usage())
                .produce(load, topic, WARM_SECONDS, seconds);
        broker.clients().deleteTopic(topic);
        costs.accept("CPU, µs a record", work.cpuPerMillion());
        costs.accept("CPU, s/GB", work.cpuPerGigabyte());
        costs.accept("resident, MB", broker.usage().residentMegabytes());
    }
}
