package dev.curia.broker.fuzz;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Field;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;

/**
 * Bodies that a request's schema allows, with values that mean something often enough: names of things that exist, numbers at the ends of
 * their ranges. So each gets past the parser, into its handler.
 */
final class RandomBody {
    private static final List<String> NAMES =
            List.of("t", "u", "g", "h", "", "no/name", "__consumer_offsets", "a-name-that-nothing-has", "PLAINTEXT");
    private static final List<String> TOPICS = List.of("t", "t", "t", "u", "v", "", "..", "__consumer_offsets");
    private static final List<String> GROUPS = List.of("g", "g", "h", "");
    private static final List<String> KEYS =
            List.of("retention.ms", "cleanup.policy", "segment.bytes", "min.insync.replicas", "no.such.key", "");
    private static final List<String> PRINCIPALS = List.of("User:root", "User:nobody", "User:*", "nobody");
    private static final List<String> MECHANISMS = List.of("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "NONE");
    private static final int MANY = 40;

    private static final int CHECKSUM_AT = 17;
    private static final int CHECKED_FROM = 21;

    private final RandomGenerator random;
    private final Mutation mutation;
    private List<Uuid> topicIds = List.of();
    private List<String> memberIds = List.of();

    RandomBody(RandomGenerator random, Mutation mutation) {
        this.random = random;
        this.mutation = mutation;
    }

    static List<String> groups() {
        return List.of("g", "h");
    }

    /** From now on such ids are among the values. */
    void know(List<Uuid> topics, List<String> members) {
        topicIds = topics;
        memberIds = members;
    }

    ByteBuffer of(Schema schema) {
        Struct body = struct(schema);
        ByteBuffer bytes = ByteBuffer.allocate(schema.sizeOf(body));
        schema.write(bytes, body);
        return bytes.flip();
    }

    private Struct struct(Schema schema) {
        Struct struct = new Struct(schema);
        for (BoundField field : schema.fields()) struct.set(field, value(field.def.name, field.def.type));
        return struct;
    }

    private @Nullable Object value(String name, Type type) {
        if (type instanceof TaggedFields tagged) return tagged(tagged);
        if (type.isNullable() && random.nextInt(8) == 0) return null;
        if (type instanceof Schema schema) return struct(schema);
        if (type.arrayElementType().isPresent())
            return array(name, type.arrayElementType().get());
        return switch (type.toString()) {
            case "BOOLEAN" -> random.nextBoolean();
            case "INT8" -> (byte) number(name);
            case "INT16" -> (short) number(name);
            case "UINT16" -> (int) number(name) & 0xffff;
            case "INT32", "VARINT" -> (int) number(name);
            case "UINT32" -> number(name) & 0xffff_ffffL;
            case "INT64", "VARLONG" -> number(name);
            case "FLOAT64" -> random.nextDouble();
            case "UUID" -> uuid();
            case "STRING", "COMPACT_STRING", "NULLABLE_STRING", "COMPACT_NULLABLE_STRING" -> text(name);
            case "BYTES", "COMPACT_BYTES", "NULLABLE_BYTES", "COMPACT_NULLABLE_BYTES" -> bytes(name);
            case "RECORDS", "COMPACT_RECORDS", "NULLABLE_RECORDS", "COMPACT_NULLABLE_RECORDS" -> records();
            default -> throw new AssertionError("a field of type " + type + ": say what its values are");
        };
    }

    private Map<Integer, Object> tagged(TaggedFields fields) {
        Map<Integer, Object> values = new TreeMap<>();
        for (Map.Entry<Integer, Field> field : fields.fields().entrySet()) {
            Object value = random.nextBoolean() ? value(field.getValue().name, field.getValue().type) : null;
            if (value != null) values.put(field.getKey(), value);
        }
        return values;
    }

    private Object[] array(String name, Type element) {
        int length = switch (random.nextInt(10)) {
            case 0 -> 0;
            case 1 -> random.nextInt(MANY);
            default -> 1 + random.nextInt(2);
        };
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            Object value = value(name, element);
            if (value != null) values.add(value);
        }
        return values.toArray();
    }

    private long number(String name) {
        // Few shall wait, or nothing gets done.
        if (name.contains("timeout") || name.contains("wait"))
            return random.nextInt(20) == 0 ? 1_000 : random.nextInt(3);
        if (name.contains("resource_type"))
            return List.of(1, 2, 2, 3, 4, 8, 16, 32, 0, 77).get(random.nextInt(10));
        if (name.contains("operation") || name.contains("permission") || name.contains("pattern"))
            return random.nextInt(10) == 0 ? random.nextInt() : 1 + random.nextInt(3);
        return switch (random.nextInt(12)) {
            case 0 -> -1;
            case 1 -> -2;
            case 2 -> Long.MAX_VALUE;
            case 3 -> Long.MIN_VALUE;
            case 4 -> Integer.MAX_VALUE;
            case 5 -> Integer.MIN_VALUE;
            case 6 -> random.nextInt(1 << 20);
            case 7 -> random.nextLong();
            default -> random.nextInt(3);
        };
    }

    private Uuid uuid() {
        return switch (random.nextInt(6)) {
            case 0 -> Uuid.ZERO_UUID;
            case 1 -> new Uuid(random.nextLong(), random.nextLong());
            default -> topicIds.isEmpty() ? Uuid.ZERO_UUID : topicIds.get(random.nextInt(topicIds.size()));
        };
    }

    private String text(String name) {
        if (random.nextInt(30) == 0) return "x".repeat(random.nextInt(2_000));
        if (name.contains("member") && !memberIds.isEmpty() && random.nextBoolean())
            return memberIds.get(random.nextInt(memberIds.size()));
        if (name.contains("principal")) return PRINCIPALS.get(random.nextInt(PRINCIPALS.size()));
        if (name.contains("mechanism")) return MECHANISMS.get(random.nextInt(MECHANISMS.size()));
        if (name.contains("host")) return "*";
        if (name.contains("topic")) return TOPICS.get(random.nextInt(TOPICS.size()));
        if (name.contains("group") || name.equals("key")) return GROUPS.get(random.nextInt(GROUPS.size()));
        if (name.contains("config") || name.equals("configuration_keys")) return KEYS.get(random.nextInt(KEYS.size()));
        return switch (random.nextInt(4)) {
            case 0 -> KEYS.get(random.nextInt(KEYS.size()));
            case 1 -> TOPICS.get(random.nextInt(TOPICS.size()));
            default -> NAMES.get(random.nextInt(NAMES.size()));
        };
    }

    private ByteBuffer bytes(String name) {
        if (name.equals("auth_bytes") && random.nextBoolean()) return ByteBuffer.wrap(Door.token("root"));
        byte[] bytes = new byte[random.nextInt(50)];
        random.nextBytes(bytes);
        return ByteBuffer.wrap(bytes);
    }

    private MemoryRecords records() {
        Compression codec = switch (random.nextInt(5)) {
            case 0 -> Compression.gzip().build();
            case 1 -> Compression.lz4().build();
            case 2 -> Compression.zstd().build();
            default -> Compression.NONE;
        };
        byte[] value = "value".repeat(1 + random.nextInt(20)).getBytes(StandardCharsets.UTF_8);
        MemoryRecords records = MemoryRecords.withRecords(codec, new SimpleRecord(value), new SimpleRecord(value));
        return random.nextInt(3) == 0 ? hostile(records) : records;
    }

    /** Counts, deltas and lengths that don't fit, under a checksum that does: only who looks at them can know. */
    private MemoryRecords hostile(MemoryRecords records) {
        byte[] batch = new byte[records.sizeInBytes()];
        records.buffer().get(batch);
        mutation.within(batch, CHECKED_FROM);
        CRC32C checksum = new CRC32C();
        checksum.update(batch, CHECKED_FROM, batch.length - CHECKED_FROM);
        ByteBuffer bytes = ByteBuffer.wrap(batch).putInt(CHECKSUM_AT, (int) checksum.getValue());
        return MemoryRecords.readableRecords(bytes);
    }
}
