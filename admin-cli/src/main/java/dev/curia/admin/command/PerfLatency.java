package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.admin.client.ClusterException;
import dev.curia.admin.client.RecordConsumer;
import dev.curia.admin.client.RecordConsumer.Range;
import dev.curia.admin.client.RecordProducer;
import dev.curia.admin.client.TopicRoutes;
import dev.curia.admin.perf.EndToEnd;
import dev.curia.admin.perf.Meter;
import dev.curia.admin.perf.Pace;
import dev.curia.proto.data.v1.Isolation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code curia perf latency}. */
@Command(
        name = "latency",
        description = {
            "Write records and read them back, and measure how long each took from end to end.",
            "With --rate the load is open: each record counts from when it was due. Without, the next is written when the last is read."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  curia perf latency load --records 1000",
            "  curia perf latency load --rate 500 --records 10000 --json"
        })
final class PerfLatency extends AdminCommand {
    @Mixin
    private PerfOptions options = new PerfOptions();

    @Mixin
    private PerfOptions.Writing writing = new PerfOptions.Writing();

    PerfLatency(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) throws IOException {
        options.check(curia);
        writing.check(curia);
        TopicRoutes routes = TopicRoutes.of(admin, options.topic);
        RecordConsumer.Settings settings =
                new RecordConsumer.Settings(Isolation.READ_UNCOMMITTED, curia.timeout(), curia.timeout());
        byte[] filling = writing.filling();
        Meter meter = PerfOptions.meter(curia);
        try (RecordProducer producer = writing.producer(curia, admin, channels, routes);
                RecordConsumer consumer = new RecordConsumer(
                        routes, () -> TopicRoutes.of(admin, options.topic), channels, settings, curia.clock())) {
            List<Integer> partitions = List.copyOf(routes.leaders().keySet());
            List<Range> ranges = new ArrayList<>();
            for (int partition : partitions) {
                ranges.add(new Range(partition, consumer.offset(partition, RecordConsumer.LATEST), 0));
            }
            Pace pace = new Pace(writing.rate, curia.clock().monotonicNanos());
            EndToEnd run = new EndToEnd(
                    producer,
                    pace,
                    meter,
                    curia.clock(),
                    new EndToEnd.Settings(options.records, partitions, due -> writing.value(filling, due)));
            run.start();
            consumer.read(ranges, run);
            if (run.missing() > 0) {
                throw new ClusterException(
                        ClusterException.Kind.UNREACHABLE,
                        run.missing() + " records were not read back within "
                                + curia.timeout().toMillis() + " ms. 'curia topics describe " + options.topic
                                + "' shows how the topic is; --timeout waits longer.");
            }
            String how =
                    pace.isOpen() ? "open, " + Rates.text(writing.rate) + " records/s wanted" : "closed, one at a time";
            PerfOptions.print(curia, how, meter.total());
        }
        return ExitCode.OK;
    }
}
