package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.admin.client.RecordProducer;
import dev.curia.admin.client.TopicRoutes;
import dev.curia.admin.perf.Meter;
import dev.curia.admin.perf.Pace;
import dev.curia.admin.perf.ProduceLoad;
import dev.curia.proto.data.v1.Record;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code curia perf produce}. */
@Command(
        name = "produce",
        description = {
            "Write records, over all partitions of a topic in turn, and measure throughput and how long acknowledgements take.",
            "With --rate the load is open: each record counts from when it was due, so that a stall shows in all that it delays. Without,"
                    + " it is closed: as fast as --in-flight allows."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  curia perf produce load --records 1000000 --record-size 1024",
            "  curia perf produce load --rate 5000 --records 50000 --json"
        })
final class PerfProduce extends AdminCommand {
    @Mixin
    private PerfOptions options = new PerfOptions();

    @Mixin
    private PerfOptions.Writing writing = new PerfOptions.Writing();

    @Option(
            names = "--in-flight",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Without --rate: at most so many records unacknowledged (default: ${DEFAULT-VALUE}).")
    private int inFlight;

    PerfProduce(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        options.check(curia);
        writing.check(curia);
        if (inFlight < 1) throw curia.usage("Invalid value for option '--in-flight': expected 1 or more.");
        TopicRoutes routes = TopicRoutes.of(admin, options.topic);
        List<Integer> partitions = List.copyOf(routes.leaders().keySet());
        byte[] filling = writing.filling();
        AtomicInteger next = new AtomicInteger();
        Meter meter = PerfOptions.meter(curia);
        try (RecordProducer producer = writing.producer(curia, admin, channels, routes)) {
            Pace pace = new Pace(writing.rate, curia.clock().monotonicNanos());
            new ProduceLoad(
                            producer,
                            pace,
                            meter,
                            curia.clock(),
                            new ProduceLoad.Settings(
                                    options.records,
                                    writing.recordSize,
                                    inFlight,
                                    () -> partitions.get(Math.floorMod(next.getAndIncrement(), partitions.size())),
                                    due -> Record.newBuilder()
                                            .setValue(writing.value(filling, due))
                                            .build()))
                    .run();
            String how = pace.isOpen()
                    ? "open, " + Rates.text(writing.rate) + " records/s wanted"
                    : "closed, " + inFlight + " in flight";
            PerfOptions.print(curia, how, meter.total());
        }
        return ExitCode.OK;
    }
}
