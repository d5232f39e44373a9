package dev.curia.broker.txn;

import dev.curia.broker.coordinator.RecordCodec;
import dev.curia.broker.txn.state.Producer;
import dev.curia.broker.txn.state.Txn;
import dev.curia.broker.txn.state.TxnRecord;
import dev.curia.broker.txn.state.TxnState;
import dev.curia.common.id.TopicPartition;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Readable;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;

/**
 * Transactional ids in the bytes of Kafka's {@code __transaction_state}, so that Kafka's tools read them. Stateless, thread-safe.
 *
 * <pre>
 * key    int16 0, string transactionalId
 * value  int16 version, int64 producerId, int16 producerEpoch, int32 timeoutMs, int8 state, nullable array of partitions: string topic,
 *          array of int32; int64 updatedMs, int64 startedMs
 *        0: fixed lengths; partitions are null in a new, empty state
 *        1: compact types; tagged fields 0: int64 previousId, 1: int64 nextId, 2: int16 clientVersion
 * </pre>
 *
 * Written is 1, read are both.
 */
public final class TxnRecordCodec implements RecordCodec<TxnRecord> {
    private static final short KEY_VERSION = 0;
    private static final short FLEXIBLE = 1;
    private static final int PREVIOUS_ID = 0;
    private static final int NEXT_ID = 1;
    private static final int CLIENT_VERSION = 2;
    private static final int FIXED_BYTES = 64;
    private static final int VARINT_BYTES = 5;

    @Override
    public SimpleRecord encode(TxnRecord record, long timestampMs) {
        byte[] key = key(record.transactionalId());
        byte[] value = record instanceof TxnRecord.Written written ? value(written.txn()) : null;
        return new SimpleRecord(timestampMs, key, value);
    }

    private static byte[] key(String transactionalId) {
        byte[] id = utf8(transactionalId);
        if (id.length > Short.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "a transactional id of " + id.length + " bytes is longer than " + Short.MAX_VALUE);
        }
        return ByteBuffer.allocate(2 * Short.BYTES + id.length)
                .putShort(KEY_VERSION)
                .putShort((short) id.length)
                .put(id)
                .array();
    }

    private static byte[] value(Txn txn) {
        Map<String, List<Integer>> topics = new LinkedHashMap<>();
        int room = FIXED_BYTES + VARINT_BYTES;
        for (TopicPartition p : txn.partitions()) {
            List<Integer> known = topics.computeIfAbsent(p.topic(), topic -> new ArrayList<>());
            if (known.isEmpty()) room += utf8(p.topic()).length + 3 * VARINT_BYTES;
            known.add(p.partition());
            room += Integer.BYTES;
        }
        ByteBuffer bytes = ByteBuffer.allocate(room);
        ByteBufferAccessor out = new ByteBufferAccessor(bytes);
        Producer producer = txn.producer();
        out.writeShort(FLEXIBLE);
        out.writeLong(producer.id());
        out.writeShort(producer.epoch());
        out.writeInt(txn.timeoutMs());
        out.writeByte(txn.state().id());
        out.writeUnsignedVarint(topics.size() + 1);
        topics.forEach((topic, partitions) -> {
            byte[] name = utf8(topic);
            out.writeUnsignedVarint(name.length + 1);
            out.writeByteArray(name);
            out.writeUnsignedVarint(partitions.size() + 1);
            partitions.forEach(out::writeInt);
            out.writeUnsignedVarint(0);
        });
        out.writeLong(txn.updatedMs());
        out.writeLong(txn.startedMs());
        writeTags(out, txn);
        byte[] value = new byte[bytes.position()];
        bytes.flip().get(value);
        return value;
    }

    private static void writeTags(ByteBufferAccessor out, Txn txn) {
        Producer producer = txn.producer();
        boolean previous = producer.previousId() != Producer.NONE;
        boolean next = producer.nextId() != Producer.NONE;
        boolean version = txn.clientVersion() != 0;
        out.writeUnsignedVarint((previous ? 1 : 0) + (next ? 1 : 0) + (version ? 1 : 0));
        if (previous) writeTag(out, PREVIOUS_ID, producer.previousId());
        if (next) writeTag(out, NEXT_ID, producer.nextId());
        if (version) {
            out.writeUnsignedVarint(CLIENT_VERSION);
            out.writeUnsignedVarint(Short.BYTES);
            out.writeShort((short) txn.clientVersion());
        }
    }

    private static void writeTag(ByteBufferAccessor out, int tag, long value) {
        out.writeUnsignedVarint(tag);
        out.writeUnsignedVarint(Long.BYTES);
        out.writeLong(value);
    }

    @Override
    public Optional<TxnRecord> decode(@Nullable ByteBuffer key, @Nullable ByteBuffer value) {
        if (key == null) throw new IllegalArgumentException("a record of __transaction_state without a key");
        try {
            ByteBufferAccessor in = new ByteBufferAccessor(key);
            if (in.readShort() != KEY_VERSION) return Optional.empty();
            String id = string(in, in.readShort());
            if (value == null) return Optional.of(new TxnRecord.Removed(id));
            return read(id, new ByteBufferAccessor(value)).map(TxnRecord.Written::new);
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("a record of __transaction_state that ends too early", e);
        }
    }

    private static Optional<Txn> read(String transactionalId, ByteBufferAccessor in) {
        short version = in.readShort();
        if (version < 0 || version > FLEXIBLE) return Optional.empty();
        boolean flexible = version == FLEXIBLE;
        long producerId = in.readLong();
        short epoch = in.readShort();
        int timeoutMs = in.readInt();
        byte stateId = in.readByte();
        Optional<TxnState> state = TxnState.of(stateId);
        if (state.isEmpty()) throw new IllegalArgumentException("unknown transaction state " + stateId);
        Set<TopicPartition> partitions = readPartitions(in, flexible);
        long updatedMs = in.readLong();
        long startedMs = in.readLong();
        long previousId = Producer.NONE;
        long nextId = Producer.NONE;
        int clientVersion = 0;
        int tags = flexible ? in.readUnsignedVarint() : 0;
        for (int i = 0; i < tags; i++) {
            int tag = in.readUnsignedVarint();
            int size = in.readUnsignedVarint();
            if (tag == PREVIOUS_ID) previousId = in.readLong();
            else if (tag == NEXT_ID) nextId = in.readLong();
            else if (tag == CLIENT_VERSION) clientVersion = in.readShort();
            else in.readByteBuffer(checked(size, in));
        }
        Producer producer = new Producer(producerId, previousId, nextId, epoch, Producer.NO_EPOCH);
        return Optional.of(new Txn(
                transactionalId, producer, state.get(), partitions, timeoutMs, startedMs, updatedMs, clientVersion));
    }

    private static Set<TopicPartition> readPartitions(ByteBufferAccessor in, boolean flexible) {
        Set<TopicPartition> partitions = new LinkedHashSet<>();
        int topics = count(in, flexible);
        for (int t = 0; t < topics; t++) {
            String topic = string(in, flexible ? in.readUnsignedVarint() - 1 : in.readShort());
            int count = count(in, flexible);
            for (int p = 0; p < count; p++) partitions.add(new TopicPartition(topic, in.readInt()));
            int tags = flexible ? in.readUnsignedVarint() : 0;
            for (int i = 0; i < tags; i++) {
                in.readUnsignedVarint();
                in.readByteBuffer(checked(in.readUnsignedVarint(), in));
            }
        }
        return partitions;
    }

    private static int count(Readable in, boolean flexible) {
        int count = flexible ? in.readUnsignedVarint() - 1 : in.readInt();
        return count < 0 ? 0 : checked(count, in);
    }

    private static String string(Readable in, int length) {
        byte[] bytes = new byte[checked(length, in)];
        for (int i = 0; i < bytes.length; i++) bytes[i] = in.readByte();
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static int checked(int length, Readable in) {
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException(length + " bytes wanted, " + in.remaining() + " left");
        }
        return length;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
