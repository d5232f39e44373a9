package dev.curia.bench.scale;

import dev.curia.bench.product.Waits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.ObjDoubleConsumer;
import org.apache.kafka.common.protocol.Errors;

/** The start of a broker that coordinates so many groups, each without a member, which have committed some times. */
final class GroupStart implements Trial {
    static final int COMMITS = 5;
    private static final String TOPIC = "committed";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int COORDINATORS = 50; // partitions of __consumer_offsets

    private final Broker broker;
    private long groups;

    GroupStart(Broker broker) throws ExecutionException {
        this.broker = broker;
        broker.growTopic(TOPIC, 0, 1);
    }

    @Override
    public void at(long size, ObjDoubleConsumer<String> costs) throws IOException {
        try (GroupCommits commits = new GroupCommits(broker, TOPIC)) {
            for (; groups < size; groups++) {
                for (int i = 0; i < COMMITS; i++) commit(commits, GroupCommits.group(groups), i);
            }
        }
        double ready = broker.startAfterStop();
        long since = broker.clock().monotonicNanos();
        try (GroupCommits commits = new GroupCommits(broker, TOPIC)) {
            for (String group : coordinated(groups).values()) awaitLoaded(commits, group);
        }
        costs.accept("start after a clean stop to all groups loaded, ms", ready + broker.millisSince(since));
    }

    /** The first ones wait until the topic is made. */
    private static void commit(GroupCommits commits, String group, long offset) throws IOException {
        Waits.until("a commit of " + group, PATIENCE, () -> {
            try {
                return commits.commit(group, GroupCommits.NOBODY, offset) == Errors.NONE;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static void awaitLoaded(GroupCommits commits, String group) {
        Waits.until(group + " is loaded", PATIENCE, () -> {
            try {
                return commits.isLoaded(group);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** One group of each coordinator that has one. */
    private static Map<Integer, String> coordinated(long groups) {
        Map<Integer, String> found = new LinkedHashMap<>();
        for (long i = 0; i < groups && found.size() < COORDINATORS; i++) {
            String group = GroupCommits.group(i);
            found.putIfAbsent((group.hashCode() & Integer.MAX_VALUE) % COORDINATORS, group);
        }
        return found;
    }
}
