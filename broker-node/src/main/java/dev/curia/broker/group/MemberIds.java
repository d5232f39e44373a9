package dev.curia.broker.group;

import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Makes the part of new member ids that keeps them apart for ever: a random UUID, as Kafka's. Thread-safe. */
public final class MemberIds implements Supplier<String> {
    private final RandomGenerator random;

    public MemberIds(RandomGenerator random) {
        this.random = random;
    }

    @Override
    public synchronized String get() {
        long most = (random.nextLong() & ~0xF000L) | 0x4000L;
        long least = (random.nextLong() & ~(0xC0L << 56)) | (0x80L << 56);
        return new UUID(most, least).toString();
    }
}
