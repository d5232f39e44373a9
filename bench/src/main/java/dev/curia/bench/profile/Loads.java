package dev.curia.bench.profile;

import dev.curia.bench.load.Clients;
import dev.curia.bench.load.FixedRate;
import dev.curia.bench.load.Meter;
import dev.curia.bench.load.ProduceLoad;
import dev.curia.bench.load.RateLoad;
import dev.curia.bench.load.RawLoad;
import dev.curia.bench.load.RawSaturation;
import dev.curia.bench.load.Saturation;
import dev.curia.bench.load.ServerUsage;
import dev.curia.bench.load.Settling;
import dev.curia.bench.load.SpareMemory;
import dev.curia.bench.load.Topics;
import dev.curia.bench.load.Work;
import dev.curia.bench.product.Servers;
import dev.curia.common.time.Clock;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;

/** What is profiled of one cluster: of the comparison's loads those that differ most in what they ask for. Not thread-safe. */
final class Loads {
    private static final ProduceLoad BASE = ProduceLoad.BASE;
    private static final String MANY = "many";
    private static final int MANY_PARTITIONS = 1_000;

    private final Servers servers;
    private final Clients clients;
    private final Topics topics;
    private final Pace pace;
    private final SpareMemory memory;
    private final Clock clock;

    Loads(Servers servers, Clients clients, Topics topics, Pace pace, SpareMemory memory, Clock clock) {
        this.servers = servers;
        this.clients = clients;
        this.topics = topics;
        this.pace = pace;
        this.memory = memory;
        this.clock = clock;
    }

    List<Load> of(Course course) {
        ProduceLoad small = BASE.withRecordBytes(100);
        return switch (course) {
            case ONE_BROKER ->
                List.of(
                        load(course, BASE),
                        load(course, small),
                        load(course, BASE.withCodec("lz4")),
                        load(course, RawLoad.LARGE, Unit.GIGABYTE),
                        load(course, RawLoad.SMALL, Unit.REQUEST),
                        new Load(course.title("fetch 1 KiB, raw client"), Unit.GIGABYTE, this::fetch),
                        new Load(
                                course.title("a topic of 1,000 partitions, until all leaders are known"),
                                Unit.PARTITION,
                                this::manyPartitions));
            case THREE_BROKERS ->
                List.of(load(course, BASE), load(course, small), load(course, RateLoad.perSecond(2_000)));
            case ON_THE_DISKS ->
                List.of(
                        load(course, BASE.withDefaultBatches()),
                        load(course, RateLoad.perSecond(500)),
                        load(course, RateLoad.perSecond(2_000)));
        };
    }

    private Load load(Course course, ProduceLoad load) {
        return new Load(course.title(load), Unit.GIGABYTE, usage -> produce(load, usage));
    }

    private Load load(Course course, RawLoad load, Unit unit) {
        return new Load(course.title(load), unit, usage -> raw(load, usage));
    }

    private Load load(Course course, RateLoad load) {
        return new Load(course.title(load), Unit.RECORD, usage -> rate(load, usage));
    }

    /** Large batches and small ones, on a topic that is deleted. */
    void warmUp(double mostSeconds) throws ExecutionException {
        String topic = topics.make(BASE.partitions());
        ServerUsage usage = new ServerUsage(servers.pids());
        Saturation saturation = new Saturation(clients, clock, usage);
        new Settling(clock, usage::compilingSeconds)
                .settle(mostSeconds, seconds -> saturation.produceByTurns(topic, seconds));
        topics.delete(topic);
    }

    private Work produce(ProduceLoad load, ServerUsage usage) throws ExecutionException {
        memory.fillFor(pace.loadWarmSeconds() + pace.windowSeconds());
        String topic = topics.make(load.partitions());
        Work work = new Saturation(clients, clock, usage)
                .produce(load, topic, pace.loadWarmSeconds(), pace.windowSeconds());
        topics.delete(topic);
        return work;
    }

    private RawSaturation raw(ServerUsage usage) {
        return new RawSaturation(servers.address(1), clock, usage);
    }

    private Work raw(RawLoad load, ServerUsage usage) throws ExecutionException, IOException {
        memory.fillFor(pace.loadWarmSeconds() + pace.windowSeconds());
        String topic = topics.make(load.connections());
        Work work = raw(usage).produce(load, topic, pace.loadWarmSeconds(), pace.windowSeconds());
        topics.delete(topic);
        return work;
    }

    private Work fetch(ServerUsage usage) throws ExecutionException, IOException {
        String topic = topics.make(BASE.partitions());
        new Saturation(clients, clock, usage).fill(BASE, topic);
        Work work = raw(usage).fetch(topic, BASE.partitions(), pace.loadWarmSeconds(), pace.windowSeconds());
        topics.delete(topic);
        return work;
    }

    /** It stays. */
    private Work manyPartitions(ServerUsage usage) throws ExecutionException {
        Meter meter = new Meter(clock, usage);
        meter.begin(0);
        clients.createTopic(MANY, MANY_PARTITIONS);
        topics.awaitLeaders(MANY, MANY_PARTITIONS);
        return meter.end(MANY_PARTITIONS, 0);
    }

    private Work rate(RateLoad load, ServerUsage usage) throws ExecutionException {
        String topic = topics.make(load.partitions());
        ServerUsage unwatched = new ServerUsage(servers.pids());
        new Settling(clock, unwatched::compilingSeconds)
                .settle(pace.mostRateWarmUpSeconds(), seconds -> rate(load, topic, seconds, unwatched));
        Work work = rate(load, topic, pace.windowSeconds(), usage);
        topics.delete(topic);
        return work;
    }

    private Work rate(RateLoad load, String topic, double seconds, ServerUsage usage) {
        return new FixedRate(load, topic, clients, clock, pace.loadWarmSeconds(), seconds)
                .run(usage)
                .work();
    }
}
