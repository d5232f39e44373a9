package dev.curia.admin.perf;

import com.google.protobuf.ByteString;
import dev.curia.admin.client.ClusterException;
import dev.curia.admin.client.RecordConsumer;
import dev.curia.admin.client.RecordProducer;
import dev.curia.common.time.Clock;
import dev.curia.proto.data.v1.Record;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Records that are written on a thread of their own and counted, from when they were due, as they are read back: this is where a reader puts
 * them. Each carries the time that it was due at the beginning of its value; its key says that it is of this run.
 */
public final class EndToEnd implements RecordConsumer.Sink {
    private static final Duration WAIT = Duration.ofMillis(1);

    private final RecordProducer producer;
    private final Pace pace;
    private final Meter meter;
    private final Clock clock;
    private final Settings settings;
    private final ByteString run;
    private final Semaphore room = new Semaphore(1); // of a closed load
    private long read;
    private volatile @Nullable ClusterException failure;

    /** @param values whose first eight bytes are the time when it is due, which they are made with */
    public record Settings(long records, List<Integer> partitions, LongFunction<ByteString> values) {}

    public EndToEnd(RecordProducer producer, Pace pace, Meter meter, Clock clock, Settings settings) {
        this.producer = producer;
        this.pace = pace;
        this.meter = meter;
        this.clock = clock;
        this.settings = settings;
        this.run = ByteString.copyFrom(
                ByteBuffer.allocate(Long.BYTES).putLong(pace.startNanos()).flip());
    }

    /** Begins to write. */
    public void start() {
        Thread writer = new Thread(this::write, "perf-writer");
        writer.setDaemon(true);
        writer.start();
    }

    private void write() {
        try {
            for (long number = 0; number < settings.records; number++) {
                while (!mayGo(number)) producer.poll(WAIT);
                long due = pace.dueNanos(number, clock.monotonicNanos());
                int partition = settings.partitions.get((int) (number % settings.partitions.size()));
                producer.send(
                        partition,
                        Record.newBuilder()
                                .setKey(run)
                                .setValue(settings.values.apply(due))
                                .build());
                producer.poll(Duration.ZERO);
            }
            producer.flush();
        } catch (ClusterException e) {
            failure = e;
        }
    }

    private boolean mayGo(long number) {
        if (!pace.isOpen()) return room.tryAcquire();
        long now = clock.monotonicNanos();
        return pace.dueNanos(number, now) - now <= 0;
    }

    @Override
    public boolean accept(int partition, Record record) {
        if (!record.getKey().equals(run)) return true; // somebody else writes there, too
        long due = record.getValue().asReadOnlyByteBuffer().getLong();
        meter.done(record.getValue().size(), clock.monotonicNanos() - due);
        room.release();
        read++;
        return read < settings.records;
    }

    @Override
    public void pause() {
        ClusterException failed = failure;
        if (failed != null) throw failed;
    }

    /** Records that were not read back; throws when that is because they could not be written. */
    public long missing() {
        if (read < settings.records) pause();
        return settings.records - read;
    }
}
