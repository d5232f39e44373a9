package dev.curia.broker.group;

import dev.curia.broker.group.state.Bytes;
import dev.curia.common.id.Uuid;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Kafka's primitive types, big endian, into a growing buffer. */
final class RecordWriter {
    private ByteBuffer buffer = ByteBuffer.allocate(256);

    RecordWriter int8(int value) {
        room(1).put((byte) value);
        return this;
    }

    RecordWriter int16(int value) {
        room(2).putShort((short) value);
        return this;
    }

    RecordWriter int32(int value) {
        room(4).putInt(value);
        return this;
    }

    RecordWriter int64(long value) {
        room(8).putLong(value);
        return this;
    }

    /** A length in an int16, then UTF-8. */
    RecordWriter string(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        if (utf8.length > Short.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "a string of " + utf8.length + " bytes is longer than " + Short.MAX_VALUE);
        }
        int16(utf8.length);
        room(utf8.length).put(utf8);
        return this;
    }

    /** As {@link #string}; length -1 for null. */
    RecordWriter nullableString(@Nullable String value) {
        return value == null ? int16(-1) : string(value);
    }

    /** A length in an int32, then the bytes. */
    RecordWriter bytes(Bytes value) {
        int32(value.size());
        room(value.size()).put(value.toArray());
        return this;
    }

    /** Seven bits a byte, the least first. */
    RecordWriter unsignedVarint(int value) {
        int rest = value;
        while ((rest & ~0x7F) != 0) {
            room(1).put((byte) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        room(1).put((byte) rest);
        return this;
    }

    /** Of flexible versions: the length plus one as a varint, then UTF-8. */
    RecordWriter compactString(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        unsignedVarint(utf8.length + 1);
        room(utf8.length).put(utf8);
        return this;
    }

    /** Of flexible versions: 0 for null. */
    RecordWriter compactNullableString(@Nullable String value) {
        return value == null ? unsignedVarint(0) : compactString(value);
    }

    /** Of flexible versions: the length plus one as a varint, then the bytes. */
    RecordWriter compactBytes(Bytes value) {
        unsignedVarint(value.size() + 1);
        room(value.size()).put(value.toArray());
        return this;
    }

    RecordWriter raw(byte[] bytes) {
        room(bytes.length).put(bytes);
        return this;
    }

    RecordWriter uuid(Uuid value) {
        return int64(value.mostSignificantBits()).int64(value.leastSignificantBits());
    }

    /** What follows is of flexible versions: a count plus one. */
    RecordWriter compactCount(int count) {
        return unsignedVarint(count + 1);
    }

    byte[] toBytes() {
        return Arrays.copyOf(buffer.array(), buffer.position());
    }

    private ByteBuffer room(int bytes) {
        if (buffer.remaining() < bytes) {
            ByteBuffer larger = ByteBuffer.allocate(Math.max(buffer.capacity() * 2, buffer.position() + bytes));
            buffer = larger.put(buffer.flip());
        }
        return buffer;
    }
}
