package dev.curia.admin.command;

import com.google.protobuf.ByteString;
import dev.curia.common.text.Json;
import dev.curia.proto.data.v1.Header;
import dev.curia.proto.data.v1.Record;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How {@code curia consume} writes a record. Filled in by picocli. */
final class RecordFormat {
    @Option(names = "--print-timestamp", description = "Write the time first, as 2026-01-31T12:00:00.000Z.")
    private boolean printTimestamp;

    @Option(names = "--print-partition", description = "Write the partition.")
    private boolean printPartition;

    @Option(names = "--print-offset", description = "Write the offset.")
    private boolean printOffset;

    @Option(names = "--print-headers", description = "Write the headers, as k1=v1,k2=v2.")
    private boolean printHeaders;

    @Option(names = "--print-key", description = "Write the key.")
    private boolean printKey;

    @Option(
            names = {"-k", "--key-separator"},
            paramLabel = "TEXT",
            description = "What to write between key and value, and between the others (default: a tab).")
    private String separator = "\t";

    @Option(
            names = "--null-marker",
            paramLabel = "TEXT",
            description = "What to write for a null key or value (default: null).")
    private String nullMarker = "null";

    /** The record as a line, with its newline. */
    byte[] line(int partition, Record record) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (printTimestamp)
            column(out, Instant.ofEpochMilli(record.getTimestampMs()).toString());
        if (printPartition) column(out, Integer.toString(partition));
        if (printOffset) column(out, Long.toString(record.getOffset()));
        if (printHeaders) headers(out, record);
        if (printKey) {
            bytes(out, record.hasKey() ? record.getKey() : null);
            text(out, separator);
        }
        bytes(out, record.hasValue() ? record.getValue() : null);
        if (!LineEnd.isMissing(record)) out.write('\n');
        return out.toByteArray();
    }

    /** The record for programs. What is not UTF-8 is given in base64, under another name. */
    static Json.Obj toJson(String topic, int partition, Record record) {
        Json.Obj json = Json.object()
                .put("topic", topic)
                .put("partition", partition)
                .put("offset", record.getOffset())
                .put("timestamp", record.getTimestampMs());
        member(json, "key", record.hasKey() ? record.getKey() : null);
        member(json, "value", record.hasValue() ? record.getValue() : null);
        List<Json.Obj> headers = record.getHeadersList().stream()
                .map(header -> {
                    Json.Obj pair = Json.object().put("key", header.getKey());
                    member(pair, "value", header.hasValue() ? header.getValue() : null);
                    return pair;
                })
                .toList();
        return json.put("headers", headers);
    }

    private static void member(Json.Obj json, String name, @Nullable ByteString bytes) {
        if (bytes == null) json.put(name, null);
        else if (bytes.isValidUtf8()) json.put(name, bytes.toStringUtf8());
        else json.put(name + "Base64", Base64.getEncoder().encodeToString(bytes.toByteArray()));
    }

    private void headers(ByteArrayOutputStream out, Record record) {
        boolean first = true;
        for (Header header : record.getHeadersList()) {
            if (!first) out.write(',');
            first = false;
            text(out, header.getKey() + "=");
            bytes(out, header.hasValue() ? header.getValue() : null);
        }
        text(out, separator);
    }

    private void column(ByteArrayOutputStream out, String text) {
        text(out, text);
        text(out, separator);
    }

    private void bytes(ByteArrayOutputStream out, @Nullable ByteString bytes) {
        if (bytes == null) text(out, nullMarker);
        else out.writeBytes(bytes.toByteArray());
    }

    private static void text(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }
}
