package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.admin.client.RecordConsumer;
import dev.curia.admin.client.TopicRoutes;
import dev.curia.proto.data.v1.Isolation;
import dev.curia.proto.data.v1.Record;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
            names = {"-p", "--partition"},
            split = ",",
            paramLabel = "N[,...]",
            description = "Only these partitions (default: all).")
    private List<Integer> partitions = List.of();

    @Option(
            names = {"-n", "--max-messages"},
            paramLabel = "N",
            description = "Stop after so many records.")
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
            List<RecordConsumer.Range> ranges = new ArrayList<>();
            for (int partition : chosen) {
                long from = start(consumer, partition);
                long end = exitAtEnd ? consumer.offset(partition, RecordConsumer.LATEST) : 0;
                if (!exitAtEnd || from < end) ranges.add(new RecordConsumer.Range(partition, from, end));
            }
            try {
                consumer.read(ranges, new Writer());
                curia.terminal().raw().flush();
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
        if (fromBeginning && offset != null) throw curia.usage("--from-beginning and --offset exclude each other.");
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

    private long start(RecordConsumer consumer, int partition) {
        if (fromBeginning || "earliest".equals(offset)) return consumer.offset(partition, RecordConsumer.EARLIEST);
        if (offset == null || offset.equals("latest")) return consumer.offset(partition, RecordConsumer.LATEST);
        return Long.parseLong(offset);
    }

    /** The reader at the other end of our output is gone. */
    private static final class ClosedPipe extends IOException {
        private static final long serialVersionUID = 1L;

        ClosedPipe(IOException cause) {
            super(cause);
        }
    }

    private final class Writer implements RecordConsumer.Sink {
        private long count;

        @Override
        public boolean accept(int partition, Record record) throws IOException {
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
            return maxMessages == null || count < maxMessages;
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
