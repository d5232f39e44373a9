package dev.curia.bench.scale;

import dev.curia.bench.load.Times;
import dev.curia.bench.product.Waits;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.function.ObjDoubleConsumer;
import java.util.stream.LongStream;
import org.apache.kafka.common.protocol.Errors;

/** Groups of one member each, that commit one after the other. */
final class GroupLoad implements Trial {
    static final int COMMITS_A_SECOND = 300;
    private static final String TOPIC = "committed";

    private final Broker broker;
    private final double seconds;
    private final GroupCommits commits;
    private final GroupMembers members;
    private long committed;

    GroupLoad(Broker broker, double windowSeconds) throws IOException, ExecutionException {
        this.broker = broker;
        this.seconds = windowSeconds;
        broker.warmUp();
        broker.growTopic(TOPIC, 0, 1);
        this.commits = new GroupCommits(broker, TOPIC);
        this.members = new GroupMembers(broker);
        // What is compiled should not be that of the few first commits.
        members.growTo(1);
        commit(1, 3);
    }

    @Override
    public void at(long size, ObjDoubleConsumer<String> costs) throws IOException {
        members.growTo(size);
        double idle = broker.idlePercent(seconds);
        costs.accept("CPU of heartbeats, % of a core", idle);
        double before = broker.usage().cpuSeconds();
        long start = broker.clock().monotonicNanos();
        Times times = commit(size, seconds);
        double spent = broker.usage().cpuSeconds() - before - idle / 100 * broker.millisSince(start) / 1e3;
        costs.accept("CPU of a commit, µs", Math.max(0, spent) * 1e6 / (COMMITS_A_SECOND * seconds));
        costs.accept("commit, half within ms", times.millis(50));
        costs.accept("commit, 99 % within ms", times.millis(99));
        members.check();
        costs.accept("heap, MB", broker.heapMegabytes());
        costs.accept("resident, MB", broker.usage().residentMegabytes());
    }

    /** One group after the other, at fixed times. */
    private Times commit(long groups, double forSeconds) throws IOException {
        LongStream.Builder nanos = LongStream.builder();
        long start = broker.clock().monotonicNanos();
        for (int i = 0; i < COMMITS_A_SECOND * forSeconds; i++) {
            long due = start + i * 1_000_000_000L / COMMITS_A_SECOND;
            Waits.until(due);
            long group = committed % groups;
            Errors error = commits.commit(GroupCommits.group(group), members.member(group), committed++);
            error.maybeThrow();
            nanos.add(now() - due);
        }
        return new Times(nanos.build().toArray());
    }

    private long now() {
        return broker.clock().monotonicNanos();
    }

    @Override
    public void close() {
        members.close();
        commits.close();
    }
}
