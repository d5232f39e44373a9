package dev.curia.broker.console;

import com.google.protobuf.ByteString;
import dev.curia.proto.data.v1.Record;
import java.util.Optional;

/**
 * Which records are wanted. Immutable.
 *
 * @param key the whole key
 * @param contains somewhere in the key or the value
 */
record RecordFilter(Optional<ByteString> key, Optional<ByteString> contains) {

    static RecordFilter of(Query query) {
        return new RecordFilter(
                query.text("key").map(ByteString::copyFromUtf8),
                query.text("contains").map(ByteString::copyFromUtf8));
    }

    boolean takesAll() {
        return key.isEmpty() && contains.isEmpty();
    }

    boolean takes(Record record) {
        if (key.isPresent() && !(record.hasKey() && record.getKey().equals(key.get()))) return false;
        return contains.isEmpty() || holds(record.getValue(), contains.get()) || holds(record.getKey(), contains.get());
    }

    private static boolean holds(ByteString text, ByteString part) {
        byte first = part.byteAt(0);
        int last = text.size() - part.size();
        for (int i = 0; i <= last; i++) {
            if (text.byteAt(i) == first && text.substring(i, i + part.size()).equals(part)) return true;
        }
        return false;
    }
}
