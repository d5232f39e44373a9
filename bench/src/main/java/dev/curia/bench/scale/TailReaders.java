package dev.curia.bench.scale;

import dev.curia.bench.load.RawConnection;
import dev.curia.common.time.Clock;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.requests.FetchResponse;
import org.jspecify.annotations.Nullable;

/** Consumers of one partition that are no more than a thread and a connection each, and read what comes. Thread-safe. */
final class TailReaders implements AutoCloseable {
    /** The last version that names topics by name. */
    static final int VERSION = 12;

    private static final int MOST_BYTES = 1 << 20;

    private final InetSocketAddress broker;
    private final String topic;
    private final Clock clock;
    private final List<RawConnection> connections = new ArrayList<>();
    private final AtomicLong read = new AtomicLong();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    // Guarded by this.
    private LongStream.Builder delays = LongStream.builder();
    private volatile boolean closed;

    TailReaders(InetSocketAddress broker, String topic, Clock clock) {
        this.broker = broker;
        this.topic = topic;
        this.clock = clock;
    }

    /** One more, from this offset on. */
    void add(long offset) throws IOException {
        RawConnection connection = new RawConnection(broker);
        connections.add(connection);
        Thread thread = new Thread(() -> run(connection, offset), "tail-reader-" + connections.size());
        thread.setDaemon(true);
        thread.start();
    }

    int count() {
        return connections.size();
    }

    /** Records that all have read together. */
    long read() {
        Exception found = failure.get();
        if (found != null) throw new IllegalStateException("a reader failed", found);
        return read.get();
    }

    /** Forgets the delays so far. */
    synchronized void begin() {
        delays = LongStream.builder();
    }

    /** Of each record and reader since {@link #begin}: nanoseconds since it was due. */
    synchronized long[] delays() {
        long[] found = delays.build().toArray();
        delays = LongStream.builder();
        return found;
    }

    private synchronized void note(long delayNanos) {
        delays.add(delayNanos);
    }

    private void run(RawConnection connection, long offset) {
        try {
            long next = offset;
            while (true) next = fetch(connection, next);
        } catch (IOException | RuntimeException e) {
            if (!closed) failure.compareAndSet(null, e);
        }
    }

    private long fetch(RawConnection connection, long offset) throws IOException {
        FetchResponse response =
                (FetchResponse) connection.call(ApiKeys.FETCH, VERSION, request(topic, offset, MOST_BYTES));
        FetchResponseData.PartitionData partition =
                response.data().responses().get(0).partitions().get(0);
        Errors.forCode(partition.errorCode()).maybeThrow();
        long next = offset;
        for (Record record : FetchResponse.recordsOrFail(partition).records()) {
            note(clock.monotonicNanos() - SteadyProducer.dueNanos(record.value()));
            read.incrementAndGet();
            next = record.offset() + 1;
        }
        return next;
    }

    /** Of the first partition; one batch comes in any case. */
    static FetchRequestData request(String topic, long offset, int mostBytes) {
        return new FetchRequestData()
                .setReplicaId(-1)
                .setMaxWaitMs(500)
                .setMinBytes(1)
                .setMaxBytes(mostBytes)
                .setTopics(List.of(new FetchRequestData.FetchTopic()
                        .setTopic(topic)
                        .setPartitions(List.of(new FetchRequestData.FetchPartition()
                                .setPartition(0)
                                .setFetchOffset(offset)
                                .setPartitionMaxBytes(mostBytes)))));
    }

    @Override
    public void close() {
        closed = true;
        connections.forEach(RawConnection::close);
    }
}
