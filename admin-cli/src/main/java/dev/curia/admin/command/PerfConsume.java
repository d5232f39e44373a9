package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.admin.client.RecordConsumer;
import dev.curia.admin.client.RecordConsumer.Range;
import dev.curia.admin.client.TopicRoutes;
import dev.curia.admin.perf.Meter;
import dev.curia.proto.data.v1.Isolation;
import dev.curia.proto.data.v1.Record;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code curia perf consume}. */
@Command(
        name = "consume",
        description = "Read records of a topic from its beginning, all partitions at once, and measure throughput.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {"  curia perf consume load --records 1000000", "  curia perf consume load --idle 2s --json"})
final class PerfConsume extends AdminCommand {
    @Mixin
    private PerfOptions options = new PerfOptions();

    @Option(
            names = "--idle",
            defaultValue = "10s",
            paramLabel = "DURATION",
            description = "End when none came for so long (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String idle;

    PerfConsume(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) throws IOException {
        options.check(curia);
        Duration patience = Times.duration(curia, "--idle", idle);
        TopicRoutes routes = TopicRoutes.of(admin, options.topic);
        RecordConsumer.Settings settings =
                new RecordConsumer.Settings(Isolation.READ_UNCOMMITTED, curia.timeout(), patience);
        try (RecordConsumer consumer = new RecordConsumer(
                routes, () -> TopicRoutes.of(admin, options.topic), channels, settings, curia.clock())) {
            List<Range> ranges = new ArrayList<>();
            for (int partition : routes.leaders().keySet()) {
                ranges.add(new Range(partition, consumer.offset(partition, RecordConsumer.EARLIEST), 0));
            }
            Meter meter = PerfOptions.meter(curia);
            consumer.read(ranges, new Counter(meter, options.records));
            PerfOptions.print(curia, "read from the beginning", meter.total());
        }
        return ExitCode.OK;
    }

    /** Until there are enough. */
    private static final class Counter implements RecordConsumer.Sink {
        private final Meter meter;
        private long left;

        Counter(Meter meter, long records) {
            this.meter = meter;
            this.left = records;
        }

        @Override
        public boolean accept(int partition, Record record) {
            meter.done(record.getKey().size() + record.getValue().size());
            left--;
            return left > 0;
        }

        @Override
        public void pause() {}
    }
}
