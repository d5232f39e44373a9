package dev.curia.admin.client;

import dev.curia.common.time.Clock;
import dev.curia.proto.data.v1.Isolation;
import dev.curia.proto.data.v1.LocateReadersResponse.Place;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Asks the leaders of partitions, of any topic, for offsets. Blocks its caller. Not thread-safe. */
public final class PartitionOffsets implements AutoCloseable {
    private final AdminClient admin;
    private final Channels channels;
    private final Duration timeout;
    private final Clock clock;
    private final Map<String, TopicRoutes> routes = new HashMap<>();
    private final Map<String, RecordConsumer> consumers = new HashMap<>();

    public PartitionOffsets(AdminClient admin, Channels channels, Duration timeout, Clock clock) {
        this.admin = admin;
        this.channels = channels;
        this.timeout = timeout;
        this.clock = clock;
    }

    /** All of them; throws a {@link ClusterException} when there is no such topic. */
    public List<Integer> partitions(String topic) {
        return List.copyOf(routes(topic).leaders().keySet());
    }

    /** Throws a {@link ClusterException} when there is no such partition. */
    public void check(String topic, int partition) {
        routes(topic).check(partition);
    }

    private TopicRoutes routes(String topic) {
        return routes.computeIfAbsent(topic, name -> TopicRoutes.of(admin, name));
    }

    /** The first that is kept. */
    public long earliest(String topic, int partition) {
        return consumer(topic).offset(partition, RecordConsumer.EARLIEST);
    }

    /** Of the next record that readers will get, of transactions that are still open, too. */
    public long latest(String topic, int partition) {
        return consumer(topic).offset(partition, RecordConsumer.LATEST);
    }

    /** How far a reader that reads {@code offset} next is from both ends. */
    public Place place(String topic, int partition, long offset) {
        return consumer(topic).place(partition, offset);
    }

    /** Of the first record at or after a time; the end when there is none. */
    public long atTime(String topic, int partition, long timestampMs) {
        long offset = consumer(topic).offset(partition, Math.max(0, timestampMs));
        return offset < 0 ? latest(topic, partition) : offset;
    }

    private RecordConsumer consumer(String topic) {
        return consumers.computeIfAbsent(
                topic,
                name -> new RecordConsumer(
                        routes(name),
                        () -> TopicRoutes.of(admin, name),
                        channels,
                        new RecordConsumer.Settings(Isolation.READ_UNCOMMITTED, timeout, null),
                        clock));
    }

    @Override
    public void close() {
        consumers.values().forEach(RecordConsumer::close);
    }
}
