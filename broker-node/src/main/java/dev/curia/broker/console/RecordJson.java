package dev.curia.broker.console;

import com.google.protobuf.ByteString;
import dev.curia.common.text.Json;
import dev.curia.proto.data.v1.Record;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/** Records as JSON: bytes that are text as text, others in base64, and no more of a value than was asked for. Stateless. */
final class RecordJson {
    private RecordJson() {}

    /** @param bytes of a key, a value or a header's value that are shown at most */
    static Json.Obj of(int partition, Record record, int bytes) {
        return Json.object()
                .put("partition", partition)
                .put("offset", record.getOffset())
                .put("timestampMs", record.getTimestampMs())
                .put("key", record.hasKey() ? shown(record.getKey(), bytes) : null)
                .put("value", record.hasValue() ? shown(record.getValue(), bytes) : null)
                .put(
                        "headers",
                        record.getHeadersList().stream()
                                .map(header -> Json.object()
                                        .put("key", header.getKey())
                                        .put("value", header.hasValue() ? shown(header.getValue(), bytes) : null))
                                .toList());
    }

    private static Json.Obj shown(ByteString all, int bytes) {
        boolean cut = all.size() > bytes;
        ByteString some = cut ? all.substring(0, bytes) : all;
        Optional<String> text = text(some.asReadOnlyByteBuffer(), cut);
        return Json.object()
                .put(
                        text.isPresent() ? "text" : "base64",
                        text.orElseGet(() -> Base64.getEncoder().encodeToString(some.toByteArray())))
                .put("sizeBytes", all.size())
                .put("cut", cut);
    }

    /** @param cut the last character may lack its end */
    private static Optional<String> text(ByteBuffer bytes, boolean cut) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        CharBuffer chars = CharBuffer.allocate(bytes.remaining());
        CoderResult result = decoder.decode(bytes, chars, !cut);
        if (result.isError()) return Optional.empty();
        String text = chars.flip().toString();
        return text.chars().anyMatch(RecordJson::isBinary) ? Optional.empty() : Optional.of(text);
    }

    private static boolean isBinary(int character) {
        return character < 0x20 && character != '\t' && character != '\n' && character != '\r';
    }
}
