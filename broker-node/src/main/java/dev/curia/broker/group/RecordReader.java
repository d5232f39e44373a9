package dev.curia.broker.group;

import dev.curia.broker.group.state.Bytes;
import dev.curia.common.id.Uuid;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The inverse of {@link RecordWriter}. Every method throws {@link IllegalArgumentException} where the bytes can't be what is asked for. */
final class RecordReader {
    private final ByteBuffer buffer;

    RecordReader(ByteBuffer bytes) {
        this.buffer = bytes.duplicate();
    }

    int int8() {
        return need(1).get();
    }

    int int16() {
        return need(2).getShort();
    }

    int int32() {
        return need(4).getInt();
    }

    long int64() {
        return need(8).getLong();
    }

    @Nullable
    String nullableString() {
        int length = int16();
        return length < 0 ? null : utf8(length);
    }

    String string() {
        return utf8(int16());
    }

    @Nullable
    String compactNullableString() {
        int length = unsignedVarint();
        return length == 0 ? null : utf8(length - 1);
    }

    String compactString() {
        return utf8(unsignedVarint() - 1);
    }

    Bytes bytes() {
        return bytes(int32());
    }

    Bytes compactBytes() {
        return bytes(unsignedVarint() - 1);
    }

    int unsignedVarint() {
        int value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            byte next = need(1).get();
            value |= (next & 0x7F) << shift;
            if (next >= 0) return value;
        }
        throw new IllegalArgumentException("a varint of more than five bytes");
    }

    /** A count of things that take at least one byte each. */
    int count(int claimed) {
        if (claimed < 0 || claimed > buffer.remaining()) {
            throw new IllegalArgumentException(claimed + " items in " + buffer.remaining() + " bytes");
        }
        return claimed;
    }

    /** Of flexible versions. */
    int compactCount() {
        return count(unsignedVarint() - 1);
    }

    Uuid uuid() {
        return new Uuid(int64(), int64());
    }

    void skip(int length) {
        need(length);
        buffer.position(buffer.position() + length);
    }

    /** Tagged fields that nobody reads. */
    void skipTaggedFields() {
        int fields = count(unsignedVarint());
        for (int i = 0; i < fields; i++) {
            unsignedVarint();
            skip(unsignedVarint());
        }
    }

    Bytes bytes(int length) {
        need(length);
        byte[] value = new byte[length];
        buffer.get(value);
        return Bytes.of(value);
    }

    private String utf8(int length) {
        need(length);
        byte[] value = new byte[length];
        buffer.get(value);
        return new String(value, StandardCharsets.UTF_8);
    }

    private ByteBuffer need(int length) {
        if (length < 0 || length > buffer.remaining()) {
            throw new IllegalArgumentException(
                    length + " bytes wanted at " + buffer.position() + ", " + buffer.remaining() + " left");
        }
        return buffer;
    }
}
