package dev.curia.bench.scale;

import dev.curia.bench.load.RateLoad;
import dev.curia.bench.load.RawConnection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.ObjDoubleConsumer;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;

/** Connections that sent one request and then nothing, beside one producer. This process may have as many files open. */
final class ConnectionLoad implements Trial {
    private static final String TOPIC = "load";
    private static final int PARTITIONS = 6;

    private final Broker broker;
    private final double seconds;
    private final SteadyProducer producer;
    private final List<RawConnection> open = new ArrayList<>();

    ConnectionLoad(Broker broker, double windowSeconds) throws ExecutionException {
        this.broker = broker;
        this.seconds = windowSeconds;
        this.producer = new SteadyProducer(
                broker, new RateLoad(PartitionLoad.RECORDS_A_SECOND, PARTITIONS, PartitionLoad.RECORD_BYTES));
        broker.warmUp();
        broker.growTopic(TOPIC, 0, PARTITIONS);
    }

    @Override
    public void at(long size, ObjDoubleConsumer<String> costs) throws IOException {
        double before = broker.usage().cpuSeconds();
        int added = (int) size - open.size();
        while (open.size() < size) {
            RawConnection connection = new RawConnection(broker.address());
            open.add(connection);
            connection.call(
                    ApiKeys.API_VERSIONS,
                    3,
                    new ApiVersionsRequestData().setClientSoftwareName("bench").setClientSoftwareVersion("1"));
        }
        costs.accept("CPU of opening all, s", (broker.usage().cpuSeconds() - before) / added * size);
        costs.accept("CPU of producing, s/GB", producer.produce(TOPIC, seconds).cpuPerGigabyte());
        costs.accept("CPU idle, % of a core", broker.idlePercent(seconds));
        costs.accept("heap, MB", broker.heapMegabytes());
        costs.accept("resident, MB", broker.usage().residentMegabytes());
    }

    @Override
    public void close() {
        open.forEach(RawConnection::close);
    }
}
