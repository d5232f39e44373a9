package dev.curia.bench.scale;

import dev.curia.bench.load.Clients;
import dev.curia.bench.load.RateLoad;
import dev.curia.bench.load.Times;
import dev.curia.bench.load.Work;
import dev.curia.bench.product.Waits;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.ObjDoubleConsumer;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** Consumers that all read the end of one partition. */
final class ConsumerLoad implements Trial {
    static final RateLoad LOAD = new RateLoad(50, 1, 10 << 10);
    private static final String TOPIC = "tail";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Broker broker;
    private final double seconds;
    private final TailReaders readers;

    ConsumerLoad(Broker broker, double windowSeconds) throws ExecutionException {
        this.broker = broker;
        this.seconds = windowSeconds;
        broker.warmUp();
        broker.createTopic(TOPIC, 1, Map.of());
        this.readers = new TailReaders(broker.address(), TOPIC, broker.clock());
    }

    @Override
    public void at(long size, ObjDoubleConsumer<String> costs) throws IOException, ExecutionException {
        long end = endOffset();
        while (readers.count() < size) readers.add(end);
        long[] before = {0};
        Work work = new SteadyProducer(broker, LOAD).produce(TOPIC, seconds, readers::read, () -> {
            before[0] = readers.read();
            readers.begin();
        });
        long all = before[0] + LOAD.records(seconds) * size;
        Waits.until("all consumers have read all", PATIENCE, () -> readers.read() >= all);
        Times delays = new Times(readers.delays());
        costs.accept("CPU, % of a core", 100 * work.cpuSeconds() / work.seconds());
        costs.accept("CPU, s/GB delivered", work.cpuPerGigabyte());
        costs.accept("delay of half, ms", delays.millis(50));
        costs.accept("delay of 99 %, ms", delays.millis(99));
    }

    private long endOffset() throws ExecutionException {
        TopicPartition partition = new TopicPartition(TOPIC, 0);
        return Clients.get(broker.clients()
                        .admin()
                        .listOffsets(Map.of(partition, OffsetSpec.latest()))
                        .partitionResult(partition))
                .offset();
    }

    @Override
    public void close() {
        readers.close();
    }
}
