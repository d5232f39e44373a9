package dev.curia.bench.scale;

import dev.curia.bench.load.Clients;
import dev.curia.bench.load.RawConnection;
import dev.curia.bench.load.Times;
import dev.curia.bench.product.Waits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.function.ObjDoubleConsumer;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.ListOffsetsResponse;

/** One partition with a long log. */
final class LogSize implements Trial {
    static final long GIGABYTE = 1_000_000_000;
    private static final String TOPIC = "large";
    private static final int LIST_VERSION = 6;
    private static final long AGE_MILLIS = 3_600_000;
    private static final double WARM_SECONDS = 1;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Broker broker;
    private final double seconds;
    private final SparseLog log;
    private final long firstTimestamp;
    private final SplittableRandom random = new SplittableRandom(1);

    LogSize(Broker broker, double windowSeconds) throws ExecutionException {
        this.broker = broker;
        this.seconds = windowSeconds;
        this.firstTimestamp = broker.clock().wallMillis() - AGE_MILLIS;
        broker.createTopic(TOPIC, 1, Map.of());
        TopicDescription topic = Clients.get(broker.clients()
                .admin()
                .describeTopics(List.of(TOPIC))
                .topicNameValues()
                .values()
                .iterator()
                .next());
        this.log = new SparseLog(broker.logDirectory(), TOPIC, topic.topicId());
    }

    @Override
    public void at(long size, ObjDoubleConsumer<String> costs) throws IOException {
        broker.stop();
        log.growTo(size * GIGABYTE, firstTimestamp);
        long records = size * GIGABYTE / SparseLog.BATCH_BYTES;
        start("after a clean stop", broker.start(), records, costs);
        costs.accept("heap, MB", broker.heapMegabytes());
        try (RawConnection connection = new RawConnection(broker.address())) {
            costs.accept("record by offset, half within ms", lookUps(() -> read(connection, random.nextLong(records))));
            costs.accept("offset by timestamp, half within ms", lookUps(() -> {
                long offset = random.nextLong(records);
                find(connection, firstTimestamp + offset, offset);
            }));
        }
        costs.accept("resident, MB", broker.usage().residentMegabytes());
        start("after kill -9", broker.startAfterKill(), records, costs);
    }

    private void start(String what, double readyMillis, long records, ObjDoubleConsumer<String> costs)
            throws IOException {
        long since = broker.clock().monotonicNanos();
        try (RawConnection connection = new RawConnection(broker.address())) {
            Waits.until("the last record", PATIENCE, () -> isRead(connection, records - 1));
        }
        costs.accept("start " + what + " to its last record read, ms", readyMillis + broker.millisSince(since));
    }

    private interface LookUp {
        void run() throws IOException;
    }

    private double lookUps(LookUp lookUp) throws IOException {
        repeat(lookUp, WARM_SECONDS);
        return new Times(repeat(lookUp, seconds)).millis(50);
    }

    private long[] repeat(LookUp lookUp, double forSeconds) throws IOException {
        LongStream.Builder nanos = LongStream.builder();
        long start = broker.clock().monotonicNanos();
        long now = start;
        while (now - start < forSeconds * 1e9) {
            lookUp.run();
            long end = broker.clock().monotonicNanos();
            nanos.add(end - now);
            now = end;
        }
        return nanos.build().toArray();
    }

    private static boolean isRead(RawConnection connection, long offset) {
        try {
            return fetch(connection, offset).errorCode() == Errors.NONE.code();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void read(RawConnection connection, long offset) throws IOException {
        RecordBatch batch = FetchResponse.recordsOrFail(fetch(connection, offset))
                .batches()
                .iterator()
                .next();
        if (batch.baseOffset() != offset) {
            throw new IllegalStateException("got offset " + batch.baseOffset() + ", expected " + offset);
        }
    }

    /** The one record at an offset; it is a batch, and a large one. */
    private static FetchResponseData.PartitionData fetch(RawConnection connection, long offset) throws IOException {
        FetchRequestData request = TailReaders.request(TOPIC, offset, 1);
        FetchResponse response = (FetchResponse) connection.call(ApiKeys.FETCH, TailReaders.VERSION, request);
        return response.data().responses().get(0).partitions().get(0);
    }

    private static void find(RawConnection connection, long timestamp, long offset) throws IOException {
        ListOffsetsRequestData request = new ListOffsetsRequestData()
                .setReplicaId(-1)
                .setTopics(List.of(new ListOffsetsRequestData.ListOffsetsTopic()
                        .setName(TOPIC)
                        .setPartitions(List.of(new ListOffsetsRequestData.ListOffsetsPartition()
                                .setPartitionIndex(0)
                                .setTimestamp(timestamp)))));
        ListOffsetsResponse response =
                (ListOffsetsResponse) connection.call(ApiKeys.LIST_OFFSETS, LIST_VERSION, request);
        long found = response.data().topics().get(0).partitions().get(0).offset();
        if (found != offset) throw new IllegalStateException("got offset " + found + ", expected " + offset);
    }
}
