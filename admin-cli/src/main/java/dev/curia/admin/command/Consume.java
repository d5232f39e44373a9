package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.admin.client.GroupClient;
import dev.curia.admin.client.RecordConsumer;
import dev.curia.admin.client.TopicRoutes;
import dev.curia.proto.data.v1.Isolation;
import dev.curia.proto.data.v1.Record;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code curia consume}. */
@Command(
        name = "consume",
        description =
                "Read records of a topic and write each as a line; from the end on, and for ever, unless told otherwise.",
        sortOptions = false,
        footerHeading = "%n",
        footer = {
            "Values are written byte for byte, each with a newline behind it. The order of a partition's records is kept, that",
            "between partitions is not.",
            "",
            "Examples:",
            "  curia consume orders --from-beginning --exit-at-end > copy.txt",
            "  curia consume orders --partition 0 --offset 100 --max-messages 10 --print-key --print-offset",
            "  curia consume orders --timestamp 15m --filter '\"status\":\"failed\"' --exit-at-end",
            "  curia consume orders --group nightly --from-beginning --exit-at-end >> all-orders.txt",
            "  curia consume orders --from-beginning --json | jq .value"
        })
final class Consume extends AdminCommand {
    @Parameters(index = "0", paramLabel = "TOPIC", description = "What to read.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String topic;

    @Option(
            names = {"-b", "--from-beginning"},
            description = "Start at the first record kept.")
    private boolean fromBeginning;

    @Option(
            names = {"-o", "--offset"},
            paramLabel = "N|earliest|latest",
            description = "Start at this offset; needs --partition when it is a number.")
    private @Nullable String offset;

    @Option(
            names = "--timestamp",
            paramLabel = "TIME",
            description =
                    "Start at the first record of this time or later: 2026-05-01T10:00:00Z, or how long ago: 90s, 15m, 2h, 3d.")
    private @Nullable String timestamp;

    @Option(
            names = {"-g", "--group"},
            paramLabel = "GROUP",
            description = {
                "Start where this group has come to, and commit how far it is read when the command ends; where it has committed"
                        + " nothing, start as told otherwise. Nobody may be in the group, and an end must be given:"
                        + " --exit-at-end, --max-messages or --timeout-ms."
            })
    private @Nullable String group;

    @Option(
            names = "--filter",
            paramLabel = "REGEX",
            description = "Write only records in whose value, as text, this regular expression is found.")
    private @Nullable Pattern filter;

    @Option(
            names = {"-p", "--partition"},
            split = ",",
            paramLabel = "N[,...]",
            description = "Only these partitions (default: all).")
    private List<Integer> partitions = List.of();

    @Option(
            names = {"-n", "--max-messages"},
            paramLabel = "N",
            description = "Stop after so many records that were written.")
    private @Nullable Long maxMessages;

    @Option(
            names = {"-e", "--exit-at-end", "--until-end"},
            description = "Stop at the end of what was there at the start.")
    private boolean exitAtEnd;

    @Option(
            names = "--timeout-ms",
            paramLabel = "MS",
            description = "Stop when no record came for so many milliseconds.")
    private @Nullable Long timeoutMs;

    @Option(
            names = "--isolation",
            paramLabel = "read_committed|read_uncommitted",
            defaultValue = "read_committed",
            description = "Whether records of open and aborted transactions are left out (default: ${DEFAULT-VALUE}).")
    private Isolation isolation = Isolation.READ_COMMITTED;

    @ArgGroup(exclusive = false, heading = "Format:%n")
    private RecordFormat format = new RecordFormat();

    Consume(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) throws IOException {
        checkUsage();
        TopicRoutes routes = TopicRoutes.of(admin, topic);
        partitions.forEach(routes::check);
        List<Integer> chosen =
                partitions.isEmpty() ? List.copyOf(routes.leaders().keySet()) : partitions;
        RecordConsumer.Settings settings = new RecordConsumer.Settings(
                isolation, curia.timeout(), timeoutMs == null ? null : Duration.ofMillis(timeoutMs));
        try (RecordConsumer consumer =
                new RecordConsumer(routes, () -> TopicRoutes.of(admin, topic), channels, settings, curia.clock())) {
            GroupPlace place = group == null
                    ? null
                    : new GroupPlace(new GroupClient(admin, channels, curia.timeout(), curia.clock()), group, topic);
            List<RecordConsumer.Range> ranges = new ArrayList<>();
            for (int partition : chosen) {
                long from = start(consumer, partition, place);
                if (place != null) place.reached(partition, from);
                long end = exitAtEnd ? consumer.offset(partition, RecordConsumer.LATEST) : 0;
                if (!exitAtEnd || from < end) ranges.add(new RecordConsumer.Range(partition, from, end));
            }
            if (place != null) place.check();
            try {
                consumer.read(ranges, new Writer(place));
                curia.terminal().raw().flush();
                if (place != null) place.commit(); // only what is written for sure
            } catch (ClosedPipe e) {
                // Whoever read it has enough: "curia consume ... | head".
                return ExitCode.OK;
            } catch (RuntimeException e) {
                curia.terminal().raw().flush();
                throw e;
            }
        }
        return ExitCode.OK;
    }

    private void checkUsage() {
        if (Stream.of(fromBeginning, offset != null, timestamp != null)
                        .filter(given -> given)
                        .count()
                > 1) throw curia.usage("--from-beginning, --offset and --timestamp exclude each other.");
        if (group != null && !exitAtEnd && maxMessages == null && timeoutMs == null)
            throw curia.usage("--group commits when the command ends: say when, with --exit-at-end, --max-messages or"
                    + " --timeout-ms.");
        if (offset != null && !offset.matches("\\d{1,18}|earliest|latest"))
            throw curia.usage(
                    "Invalid value '" + offset + "' for option '--offset': expected a number, 'earliest' or 'latest'.");
        if (offset != null && offset.matches("\\d+") && partitions.isEmpty())
            throw curia.usage("--offset " + offset + " needs --partition: an offset belongs to one partition.");
        if (maxMessages != null && maxMessages < 1)
            throw curia.usage("Invalid value '" + maxMessages + "' for option '--max-messages': expected 1 or more.");
        if (timeoutMs != null && timeoutMs < 1)
            throw curia.usage("Invalid value '" + timeoutMs + "' for option '--timeout-ms': expected 1 or more.");
        if (isolation == Isolation.UNRECOGNIZED)
            throw curia.usage("Invalid value for option '--isolation': expected read_committed or read_uncommitted.");
    }

    private long start(RecordConsumer consumer, int partition, @Nullable GroupPlace place) {
        OptionalLong committed = place == null ? OptionalLong.empty() : place.committed(partition);
        if (committed.isPresent()) {
            // What it has not read may have been deleted.
            return Math.max(committed.getAsLong(), consumer.offset(partition, RecordConsumer.EARLIEST));
        }
        if (timestamp != null) {
            long found = consumer.offset(partition, time(timestamp));
            return found >= 0 ? found : consumer.offset(partition, RecordConsumer.LATEST);
        }
        if (fromBeginning || "earliest".equals(offset)) return consumer.offset(partition, RecordConsumer.EARLIEST);
        if (offset == null || offset.equals("latest")) return consumer.offset(partition, RecordConsumer.LATEST);
        return Long.parseLong(offset);
    }

    private long time(String text) {
        try {
            return Math.max(0, Times.parse(text, curia.clock().wallMillis()));
        } catch (IllegalArgumentException e) {
            throw curia.usage("Invalid value '" + text + "' for option '--timestamp': " + e.getMessage());
        }
    }

    private boolean isWanted(Record record) {
        return filter == null
                || (record.hasValue()
                        && filter.matcher(record.getValue().toStringUtf8()).find());
    }

    /** The reader at the other end of our output is gone. */
    private static final class ClosedPipe extends IOException {
        private static final long serialVersionUID = 1L;

        ClosedPipe(IOException cause) {
            super(cause);
        }
    }

    private final class Writer implements RecordConsumer.Sink {
        private final @Nullable GroupPlace place;
        private long count;

        Writer(@Nullable GroupPlace place) {
            this.place = place;
        }

        @Override
        public boolean accept(int partition, Record record) throws IOException {
            if (isWanted(record)) write(partition, record);
            if (place != null) place.reached(partition, record.getOffset() + 1);
            return maxMessages == null || count < maxMessages;
        }

        private void write(int partition, Record record) throws IOException {
            byte[] text = curia.structured()
                    ? curia.format()
                            .item(RecordFormat.toJson(topic, partition, record))
                            .getBytes(StandardCharsets.UTF_8)
                    : format.line(partition, record);
            try {
                curia.terminal().raw().write(text);
            } catch (IOException e) {
                throw new ClosedPipe(e);
            }
            count++;
        }

        @Override
        public void pause() throws IOException {
            try {
                curia.terminal().raw().flush();
            } catch (IOException e) {
                throw new ClosedPipe(e);
            }
        }
    }
}
