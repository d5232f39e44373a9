package dev.curia.bench.compare;

import dev.curia.bench.load.Clients;
import dev.curia.bench.load.FixedRate;
import dev.curia.bench.load.ProduceLoad;
import dev.curia.bench.load.RateLoad;
import dev.curia.bench.load.RawLoad;
import dev.curia.bench.load.RawSaturation;
import dev.curia.bench.load.Saturation;
import dev.curia.bench.load.ServerUsage;
import dev.curia.bench.load.Settling;
import dev.curia.bench.load.SpareMemory;
import dev.curia.bench.load.Times;
import dev.curia.bench.load.Topics;
import dev.curia.bench.load.Work;
import dev.curia.bench.product.Product;
import dev.curia.bench.product.Servers;
import dev.curia.bench.product.Waits;
import dev.curia.common.time.Clock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ObjDoubleConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** One product's servers from their first start to their end, and all that a {@link Plan} measures of them meanwhile. */
final class Life implements AutoCloseable {
    private static final String FIRST_TOPIC = "first";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final double IDLE_SECONDS = 3;
    private static final List<Double> PERCENTILES = List.of(50.0, 99.0, 99.9);
    private static final double LOAD_WARM_SECONDS = 1.5;

    private final Plan plan;
    private final Budget budget;
    private final SpareMemory memory;
    private final ObjDoubleConsumer<Figure> results;
    private final Clock clock;
    private final Figures figures;
    private final Servers servers;
    private final Clients clients;
    private final Topics topics;

    /**
     * @param memory for what is measured
     * @param directory for data
     * @param results takes each figure once
     */
    Life(
            Product product,
            Plan plan,
            Budget budget,
            SpareMemory memory,
            Path directory,
            Clock clock,
            ObjDoubleConsumer<Figure> results) {
        this.plan = plan;
        this.budget = budget;
        this.memory = memory;
        this.results = results;
        this.clock = clock;
        this.figures = new Figures(plan.layout());
        this.servers = new Servers(product, plan.layout(), directory);
        this.clients = new Clients(servers.bootstrapServers(), plan.layout().brokers());
        this.topics = new Topics(servers, clients);
    }

    void live() throws ExecutionException, IOException {
        try {
            measure();
        } catch (ExecutionException | IOException | RuntimeException e) {
            // A node that is gone is why the clients failed.
            servers.checkAlive();
            throw e;
        }
    }

    private void measure() throws ExecutionException, IOException {
        fillMemory();
        results.accept(figures.startMillis(true), startMillis(true));
        if (plan.restart()) {
            servers.terminate();
            results.accept(figures.startMillis(false), startMillis(false));
        }
        ServerUsage usage = new ServerUsage(servers.pids());
        if (plan.restart()) {
            Waits.pause(IDLE_SECONDS);
            results.accept(figures.residentMegabytes(true), usage.residentMegabytes());
        }
        Saturation saturation = new Saturation(clients, clock, usage);
        Settling settling = new Settling(clock, usage::compilingSeconds);
        warmUp(saturation, settling);
        double resident = 0;
        for (ProduceLoad load : plan.produce()) {
            produce(saturation, load);
            resident = Math.max(resident, usage.residentMegabytes());
        }
        results.accept(figures.residentMegabytes(false), resident);
        RawSaturation raw = new RawSaturation(servers.address(1), clock, usage);
        for (RawLoad load : plan.raw()) raw(raw, load);
        if (plan.consume()) consume(saturation, raw);
        for (RateLoad load : plan.rates()) rate(load, usage, settling);
        results.accept(figures.compilingSeconds(), usage.compilingSeconds());
        if (plan.manyPartitions() > 0) manyPartitions();
    }

    /**
     * From the start of the processes until a record is acknowledged.
     *
     * @param fresh whether its topic is made first
     */
    private double startMillis(boolean fresh) {
        long start = clock.monotonicNanos();
        servers.heal();
        if (fresh) topics.awaitFirst(FIRST_TOPIC);
        try (KafkaProducer<byte[], byte[]> producer = clients.eagerProducer()) {
            get(producer.send(new ProducerRecord<>(FIRST_TOPIC, new byte[100])));
            return (clock.monotonicNanos() - start) / 1e6;
        }
    }

    private void warmUp(Saturation saturation, Settling settling) throws ExecutionException {
        String topic = topics.make(ProduceLoad.BASE.partitions());
        settling.settle(mostSeconds(Budget.WARM_UP_SECONDS), seconds -> saturation.produceByTurns(topic, seconds));
        topics.delete(topic);
    }

    private double mostSeconds(double usualOfAServer) {
        return budget.patience() * usualOfAServer * plan.layout().brokers();
    }

    private void fillMemory() {
        memory.fillFor(LOAD_WARM_SECONDS + budget.windowSeconds());
    }

    private void produce(Saturation saturation, ProduceLoad load) throws ExecutionException {
        fillMemory();
        String topic = topics.make(load.partitions());
        Work work = saturation.produce(load, topic, LOAD_WARM_SECONDS, budget.windowSeconds());
        topics.delete(topic);
        results.accept(figures.megabytes(load), work.megabytesASecond());
        results.accept(figures.cpuPerGigabyte(load), work.cpuPerGigabyte());
        if (Figures.isSmall(load)) results.accept(figures.cpuPerMillion(load), work.cpuPerMillion());
    }

    private void raw(RawSaturation raw, RawLoad load) throws ExecutionException, IOException {
        fillMemory();
        String topic = topics.make(load.connections());
        Work work = raw.produce(load, topic, LOAD_WARM_SECONDS, budget.windowSeconds());
        topics.delete(topic);
        results.accept(figures.megabytes(load), work.megabytesASecond());
        if (load.records() > 1) results.accept(figures.cpuPerGigabyte(load), work.cpuPerGigabyte());
        else results.accept(figures.cpuPerRequest(load), work.cpuPerMillion());
    }

    private void consume(Saturation saturation, RawSaturation raw) throws ExecutionException, IOException {
        ProduceLoad filler = ProduceLoad.BASE;
        String topic = topics.make(filler.partitions());
        saturation.fill(filler, topic);
        consumed("consume 1 KiB", saturation.consume(filler, topic, LOAD_WARM_SECONDS, budget.windowSeconds()));
        // One server leads them all only where it is alone.
        if (plan.layout().brokers() == 1) {
            consumed(
                    "fetch 1 KiB, raw client",
                    raw.fetch(topic, filler.partitions(), LOAD_WARM_SECONDS, budget.windowSeconds()));
        }
        servers.evictFromPageCache();
        consumed("consume 1 KiB from the disk", saturation.consumeOnce(filler, topic));
        topics.delete(topic);
    }

    private void consumed(String how, Work work) {
        results.accept(figures.consumeMegabytes(how), work.megabytesASecond());
        results.accept(figures.consumeCpuPerGigabyte(how), work.cpuPerGigabyte());
    }

    private void rate(RateLoad load, ServerUsage usage, Settling settling) throws ExecutionException {
        String topic = topics.make(load.partitions());
        settling.settle(mostSeconds(Budget.RATE_WARM_UP_SECONDS), seconds -> rate(load, topic, seconds, usage));
        FixedRate.Outcome outcome = rate(load, topic, Budget.RATE_WINDOWS * budget.windowSeconds(), usage);
        topics.delete(topic);
        latencies(load, "acknowledged", outcome.acknowledged());
        latencies(load, "read by a consumer", outcome.read());
        results.accept(figures.cpuPerMillion(load), outcome.work().cpuPerMillion());
    }

    private FixedRate.Outcome rate(RateLoad load, String topic, double seconds, ServerUsage usage) {
        return new FixedRate(load, topic, clients, clock, LOAD_WARM_SECONDS, seconds).run(usage);
    }

    private void latencies(RateLoad load, String what, Times times) {
        for (double percent : PERCENTILES) {
            results.accept(figures.latencyMillis(load, what, percent), times.millis(percent));
        }
    }

    private void manyPartitions() throws ExecutionException {
        String topic = "many";
        int partitions = plan.manyPartitions();
        long start = clock.monotonicNanos();
        clients.createTopic(topic, partitions);
        topics.awaitLeaders(topic, partitions);
        results.accept(figures.leadersKnownMillis(partitions), (clock.monotonicNanos() - start) / 1e6);
        clients.writeToEach(topic, partitions);
        results.accept(figures.allWrittenMillis(partitions), (clock.monotonicNanos() - start) / 1e6);
    }

    private static void get(Future<?> future) {
        try {
            future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the first record was not acknowledged", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        clients.close();
        servers.close();
    }
}
