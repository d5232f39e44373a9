package dev.curia.bench.profile;

import dev.curia.bench.load.Clients;
import dev.curia.bench.load.ServerUsage;
import dev.curia.bench.load.SpareMemory;
import dev.curia.bench.load.Topics;
import dev.curia.bench.load.Window;
import dev.curia.bench.load.Work;
import dev.curia.bench.product.Product;
import dev.curia.bench.product.Servers;
import dev.curia.common.time.Clock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;

/** One product's servers from their start to their end, profiled under one load after the other. */
final class ProfiledLife implements AutoCloseable {
    private final Course course;
    private final Pace pace;
    private final Path directory;
    private final Clock clock;
    private final Servers servers;
    private final Clients clients;
    private final Topics topics;
    private final Loads loads;

    /**
     * @param memory for what is profiled
     * @param directory for data
     */
    ProfiledLife(Product product, Course course, Pace pace, SpareMemory memory, Path directory, Clock clock) {
        this.course = course;
        this.pace = pace;
        this.directory = directory;
        this.clock = clock;
        this.servers = new Servers(product, course.layout(), directory);
        this.clients = new Clients(servers.bootstrapServers(), course.layout().brokers());
        this.topics = new Topics(servers, clients);
        this.loads = new Loads(servers, clients, topics, pace, memory, clock);
    }

    /** @param results takes each load once */
    void live(BiConsumer<Load, Profiled> results) throws ExecutionException, IOException {
        try {
            servers.heal();
            topics.awaitFirst("first");
            loads.warmUp(pace.mostWarmUpSeconds(course.layout()));
            for (Load load : loads.of(course)) results.accept(load, profile(load));
        } catch (ExecutionException | IOException | RuntimeException e) {
            // A node that is gone is why the clients failed.
            servers.checkAlive();
            throw e;
        }
    }

    private Profiled profile(Load load) throws ExecutionException, IOException {
        Breakdown breakdown = new Breakdown();
        try (Perf perf = new Perf(servers.pids(), directory, clock)) {
            Scheduling scheduling = new Scheduling(servers.pids(), clock);
            Used clients =
                    new Used(new ServerUsage(List.of(ProcessHandle.current().pid())));
            Window window = Window.both(perf, Window.both(scheduling, clients));
            Work work = load.action().run(new ServerUsage(servers.pids(), window));
            servers.writeAddresses();
            perf.read(breakdown);
            Unit unit = load.unit();
            Profiled profiled = new Profiled(
                    unit.cost(work),
                    unit.cost(work.withCpuSeconds(clients.seconds())),
                    work.cpuSeconds(),
                    breakdown,
                    scheduling.text());
            System.err.printf("  %s: %.0f %% sampled%n", load.title(), 100 * profiled.sampled());
            return profiled;
        }
    }

    @Override
    public void close() {
        clients.close();
        servers.close();
    }
}
