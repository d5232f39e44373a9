package dev.curia.bench.load;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

/** Counts what is acknowledged. Thread-safe. */
public final class Acknowledged implements Callback {
    private final AtomicLong count = new AtomicLong();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    @Override
    public void onCompletion(@Nullable RecordMetadata metadata, @Nullable Exception exception) {
        if (exception == null) count.incrementAndGet();
        else failure.compareAndSet(null, exception);
    }

    public long count() {
        return count.get();
    }

    /** One that failed makes figures worthless. */
    public void check() {
        Exception found = failure.get();
        if (found != null) throw new IllegalStateException("a record was not acknowledged", found);
    }
}
