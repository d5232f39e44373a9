package dev.curia.admin.command;

import com.google.protobuf.ByteString;
import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.admin.client.KeyPartitioner;
import dev.curia.admin.client.RecordProducer;
import dev.curia.admin.client.TopicRoutes;
import dev.curia.admin.view.LineReader;
import dev.curia.common.text.Json;
import dev.curia.proto.data.v1.Acks;
import dev.curia.proto.data.v1.Compression;
import dev.curia.proto.data.v1.Header;
import dev.curia.proto.data.v1.Record;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code curia produce}. */
@Command(
        name = "produce",
        description = "Write records to a topic: each line of the input is one.",
        sortOptions = false,
        footerHeading = "%n",
        footer = {
            "Records with a key go to the partition of the key's hash, as with Kafka's clients. Lines are taken byte for byte;",
            "when the input's last line has no newline its record says so in a header (curia.line-end=none), so that",
            "'curia consume' gives the very same bytes back. --no-line-end-header leaves that out.",
            "",
            "Each record is written at least once: when a connection breaks before the answer, a batch is sent again, and the",
            "summary says how many records may be there twice.",
            "",
            "Examples:",
            "  curia produce orders words.txt",
            "  echo 'hello' | curia produce orders",
            "  printf 'k1:v1\\nk2:v2\\n' | curia produce orders --key-separator : --compression zstd",
            "  echo 'k1:' | curia produce orders --key-separator : --null-marker ''     (a tombstone)"
        })
final class Produce extends AdminCommand {
    /** Below what a gRPC request may hold. */
    private static final int MAX_LINE = 7 << 20;

    @Parameters(index = "0", paramLabel = "TOPIC", description = "Where to.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String topic;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "FILE",
            description = "What to; default and '-': standard input.")
    private @Nullable String file;

    @Option(
            names = {"-k", "--key-separator"},
            paramLabel = "TEXT",
            description = "What stands between key and value in each line (default: lines have no key).")
    private @Nullable String keySeparator;

    @Option(
            names = {"-p", "--partition"},
            paramLabel = "N",
            description = "Write to this partition, whatever the key.")
    private @Nullable Integer partition;

    @Option(
            names = "--acks",
            paramLabel = "all|leader",
            defaultValue = "all",
            description =
                    "Whose acknowledgement to wait for: all in-sync replicas or the leader (default: ${DEFAULT-VALUE}).")
    private AckMode acks = AckMode.ALL;

    @Option(
            names = "--compression",
            paramLabel = "none|gzip|snappy|lz4|zstd",
            defaultValue = "none",
            description = "How batches are compressed (default: ${DEFAULT-VALUE}).")
    private Codec compression = Codec.NONE;

    @Option(
            names = {"-H", "--header", "--headers"},
            split = ",",
            paramLabel = "KEY=VALUE",
            description = "A header for every record; may be repeated.")
    private Map<String, String> headers = new LinkedHashMap<>();

    @Option(
            names = "--null-marker",
            paramLabel = "TEXT",
            description = "A key or value of exactly this text is null: a null value is a tombstone.")
    private @Nullable String nullMarker;

    @Option(names = "--no-line-end-header", description = "Do not mark a last line without newline.")
    private boolean noLineEndHeader;

    private long recordCount;
    private long byteCount;

    Produce(CuriaCommand curia) {
        super(curia);
    }

    /** As on the command line. */
    enum AckMode {
        ALL(Acks.ALL),
        LEADER(Acks.LEADER);

        private final Acks proto;

        AckMode(Acks proto) {
            this.proto = proto;
        }
    }

    /** As on the command line. */
    enum Codec {
        NONE(Compression.UNCOMPRESSED),
        GZIP(Compression.GZIP),
        SNAPPY(Compression.SNAPPY),
        LZ4(Compression.LZ4),
        ZSTD(Compression.ZSTD);

        private final Compression proto;

        Codec(Compression proto) {
            this.proto = proto;
        }
    }

    @Override
    int run(AdminClient admin, Channels channels) throws IOException {
        if (keySeparator != null && keySeparator.isEmpty())
            throw curia.usage("Invalid value '' for option '--key-separator': expected some text.");
        try (InputStream in = open()) {
            TopicRoutes routes = TopicRoutes.of(admin, topic);
            if (partition != null) routes.check(partition);
            RecordProducer.Settings settings =
                    new RecordProducer.Settings(acks.proto, compression.proto, curia.timeout());
            try (RecordProducer producer =
                    new RecordProducer(routes, () -> TopicRoutes.of(admin, topic), channels, settings, curia.clock())) {
                int count = routes.leaders().size();
                int start = (int) Math.floorMod(curia.clock().monotonicNanos() / 1000, (long) count);
                try {
                    copy(new LineReader(in, MAX_LINE), producer, new KeyPartitioner(count, start));
                } finally {
                    summary(producer);
                }
            }
        }
        return ExitCode.OK;
    }

    private InputStream open() throws IOException {
        if (file == null || file.equals("-")) return curia.terminal().in();
        try {
            Path path = Path.of(file);
            if (Files.isDirectory(path)) throw new IOException("cannot read " + file + ": it is a directory");
            return Files.newInputStream(path);
        } catch (NoSuchFileException e) {
            throw new IOException("cannot read " + file + ": there is no such file", e);
        }
    }

    private void copy(LineReader lines, RecordProducer producer, KeyPartitioner partitioner) throws IOException {
        for (LineReader.Line line = lines.next(); line != null; line = lines.next()) {
            Record record = toRecord(line, lines.lineNumber());
            int size = line.bytes().size();
            int target;
            if (partition != null) target = partition;
            else if (record.hasKey())
                target = partitioner.forKey(record.getKey().toByteArray());
            else target = partitioner.withoutKey(size);
            producer.send(target, record);
            recordCount++;
            byteCount += size;
            // Before waiting for a person, or a slow pipe: what was typed goes out.
            if (lines.mayWait()) producer.flush();
        }
        producer.flush();
    }

    private Record toRecord(LineReader.Line line, long number) throws IOException {
        Record.Builder record = Record.newBuilder();
        ByteString value = line.bytes();
        if (keySeparator != null) {
            ByteString separator = ByteString.copyFromUtf8(keySeparator);
            int at = indexOf(value, separator);
            if (at < 0)
                throw new IOException("line " + number + " has no key: there is no '" + keySeparator
                        + "' in it. Lines before it were written.");
            ByteString key = value.substring(0, at);
            value = value.substring(at + separator.size());
            if (!isNull(key)) record.setKey(key);
        }
        if (!isNull(value)) record.setValue(value);
        headers.forEach((key, text) ->
                record.addHeaders(Header.newBuilder().setKey(key).setValue(ByteString.copyFromUtf8(text))));
        if (!line.terminated() && !noLineEndHeader) LineEnd.markMissing(record);
        return record.build();
    }

    private boolean isNull(ByteString text) {
        return nullMarker != null && text.equals(ByteString.copyFromUtf8(nullMarker));
    }

    private static int indexOf(ByteString text, ByteString part) {
        for (int i = 0; i + part.size() <= text.size(); i++) {
            if (text.byteAt(i) == part.byteAt(0) && text.substring(i).startsWith(part)) return i;
        }
        return -1;
    }

    private void summary(RecordProducer producer) {
        SortedMap<Integer, RecordProducer.Written> written = producer.written();
        long acknowledged = written.values().stream()
                .mapToLong(RecordProducer.Written::records)
                .sum();
        if (curia.structured()) {
            curia.print(curia.data(Json.object()
                    .put("topic", topic)
                    .put("records", acknowledged)
                    .put("unacknowledged", recordCount - acknowledged)
                    .put("maybeTwice", producer.maybeTwice())
                    .put(
                            "partitions",
                            written.entrySet().stream()
                                    .map(entry -> Json.object()
                                            .put("partition", entry.getKey())
                                            .put("records", entry.getValue().records())
                                            .put("firstOffset", entry.getValue().firstOffset())
                                            .put("lastOffset", entry.getValue().lastOffset()))
                                    .toList())));
            return;
        }
        String twice = producer.maybeTwice() == 0
                ? ""
                : ", " + producer.maybeTwice() + " of them perhaps twice (an answer was lost)";
        String rest = acknowledged == recordCount
                ? " (" + byteCount + " bytes)"
                : ", " + (recordCount - acknowledged) + " not acknowledged";
        curia.terminal()
                .err()
                .println("Wrote " + acknowledged + " record" + (acknowledged == 1 ? "" : "s") + rest + " to topic "
                        + topic + twice + ".");
    }
}
