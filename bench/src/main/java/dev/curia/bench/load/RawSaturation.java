package dev.curia.bench.load;

import dev.curia.bench.RandomText;
import dev.curia.bench.product.Waits;
import dev.curia.common.time.Clock;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.ProduceResponse;
import org.jspecify.annotations.Nullable;

/** Drives one server with {@link RawConnection}s, each of a thread of its own. One thread. */
public final class RawSaturation {
    /** The newest ones that name topics. */
    private static final int PRODUCE = 12;

    private static final int FETCH = 12;
    private static final int FETCH_BYTES = 1 << 20; // of a partition

    /** One request and its answer. */
    private interface Exchange {
        /** How many records it was about. */
        long over(RawConnection connection) throws IOException;
    }

    private final InetSocketAddress server;
    private final Clock clock;
    private final ServerUsage usage;

    /** @param server leads all partitions of what is written and read */
    public RawSaturation(InetSocketAddress server, Clock clock, ServerUsage usage) {
        this.server = server;
        this.clock = clock;
        this.usage = usage;
    }

    /** Measures after {@code warmSeconds}; each connection writes to one partition, and others to others. */
    public Work produce(RawLoad load, String topic, double warmSeconds, double seconds) throws IOException {
        SplittableRandom random = new SplittableRandom(load.records());
        MemoryRecords batch = MemoryRecords.withRecords(
                Compression.NONE,
                Stream.generate(() -> new SimpleRecord(RandomText.of(random, RawLoad.RECORD_BYTES)))
                        .limit(load.records())
                        .toArray(SimpleRecord[]::new));
        List<Exchange> all = new ArrayList<>();
        for (int partition = 0; partition < load.connections(); partition++) {
            RawConnection.Request request = produceRequest(topic, partition, batch);
            all.add(connection -> {
                check((ProduceResponse) connection.call(request));
                return load.records();
            });
        }
        return measure(all, warmSeconds, seconds);
    }

    private static RawConnection.Request produceRequest(String topic, int partition, MemoryRecords batch) {
        ProduceRequestData.TopicProduceDataCollection topics = new ProduceRequestData.TopicProduceDataCollection();
        topics.add(new ProduceRequestData.TopicProduceData()
                .setName(topic)
                .setPartitionData(List.of(new ProduceRequestData.PartitionProduceData()
                        .setIndex(partition)
                        .setRecords(batch))));
        return RawConnection.Request.of(
                ApiKeys.PRODUCE,
                PRODUCE,
                new ProduceRequestData()
                        .setAcks((short) -1)
                        .setTimeoutMs(30_000)
                        .setTopicData(topics));
    }

    private static void check(ProduceResponse response) throws IOException {
        for (ProduceResponseData.TopicProduceResponse topic : response.data().responses()) {
            for (ProduceResponseData.PartitionProduceResponse partition : topic.partitionResponses()) {
                fail(partition.errorCode());
            }
        }
    }

    private static void fail(short code) throws IOException {
        if (code != Errors.NONE.code()) throw new IOException("refused: " + Errors.forCode(code));
    }

    /** Measures one connection after {@code warmSeconds}: it reads all partitions to their ends, and again. */
    public Work fetch(String topic, int partitions, double warmSeconds, double seconds) throws IOException {
        long[] next = new long[partitions];
        return measure(List.of(connection -> fetch(topic, next, connection)), warmSeconds, seconds);
    }

    private static long fetch(String topic, long[] next, RawConnection connection) throws IOException {
        List<FetchRequestData.FetchPartition> wanted = IntStream.range(0, next.length)
                .mapToObj(partition -> new FetchRequestData.FetchPartition()
                        .setPartition(partition)
                        .setFetchOffset(next[partition])
                        .setPartitionMaxBytes(FETCH_BYTES))
                .toList();
        FetchRequestData body = new FetchRequestData()
                .setMaxBytes(next.length * FETCH_BYTES)
                .setMinBytes(1)
                .setMaxWaitMs(500)
                .setTopics(List.of(
                        new FetchRequestData.FetchTopic().setTopic(topic).setPartitions(wanted)));
        FetchResponse response = (FetchResponse) connection.call(ApiKeys.FETCH, FETCH, body);
        long records = 0;
        for (FetchResponseData.PartitionData partition :
                response.data().responses().get(0).partitions()) {
            fail(partition.errorCode());
            for (RecordBatch batch : FetchResponse.recordsOrFail(partition).batches()) {
                records += batch.nextOffset() - batch.baseOffset();
                next[partition.partitionIndex()] = batch.nextOffset();
            }
            if (next[partition.partitionIndex()] == partition.highWatermark()) next[partition.partitionIndex()] = 0;
        }
        return records;
    }

    private Work measure(List<Exchange> exchanges, double warmSeconds, double seconds) throws IOException {
        AtomicLong records = new AtomicLong();
        AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
        List<RawConnection> connections = new ArrayList<>();
        AtomicBoolean over = new AtomicBoolean();
        Meter meter = new Meter(clock, usage);
        try {
            for (Exchange exchange : exchanges) {
                RawConnection connection = new RawConnection(server);
                connections.add(connection);
                new Thread(() -> repeat(exchange, connection, records, over, failure), "raw-client").start();
            }
            Waits.pause(warmSeconds);
            meter.begin(records.get());
            Waits.pause(seconds);
            Work work = meter.end(records.get(), RawLoad.RECORD_BYTES);
            Exception found = failure.get();
            if (found != null) throw new IOException("a request of a raw client failed", found);
            return work;
        } finally {
            over.set(true);
            connections.forEach(RawConnection::close);
        }
    }

    private static void repeat(
            Exchange exchange,
            RawConnection connection,
            AtomicLong records,
            AtomicBoolean over,
            AtomicReference<@Nullable Exception> failure) {
        try {
            while (!over.get()) records.addAndGet(exchange.over(connection));
        } catch (IOException | RuntimeException e) {
            if (!over.get()) failure.compareAndSet(null, e);
        }
    }
}
