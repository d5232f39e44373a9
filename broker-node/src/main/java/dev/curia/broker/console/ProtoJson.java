package dev.curia.broker.console;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import dev.curia.common.id.Uuid;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * gRPC messages as JSON values: every field under its name in camel case, those of default value too; numbers as numbers, enums by name, ids of 16
 * bytes as Kafka writes them, other bytes in base64, digests (fixed64) as 16 hexadecimal digits; what is absent is null. Stateless.
 */
final class ProtoJson {
    private ProtoJson() {}

    static Map<String, @Nullable Object> of(MessageOrBuilder message) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            boolean absent = field.hasPresence() && !message.hasField(field);
            members.put(field.getJsonName(), absent ? null : field(field, message.getField(field)));
        }
        return members;
    }

    static List<Map<String, @Nullable Object>> of(List<? extends MessageOrBuilder> messages) {
        return messages.stream().map(ProtoJson::of).toList();
    }

    private static Object field(FieldDescriptor field, Object value) {
        if (field.isMapField()) return map(field, (List<?>) value);
        if (!field.isRepeated()) return single(field, value);
        List<Object> items = new ArrayList<>();
        for (Object item : (List<?>) value) items.add(single(field, item));
        return items;
    }

    private static Map<String, Object> map(FieldDescriptor field, List<?> entries) {
        FieldDescriptor key = field.getMessageType().findFieldByName("key");
        FieldDescriptor value = field.getMessageType().findFieldByName("value");
        Map<String, Object> members = new LinkedHashMap<>();
        for (Object entry : entries) {
            Message pair = (Message) entry;
            members.put(pair.getField(key).toString(), single(value, pair.getField(value)));
        }
        return members;
    }

    private static Object single(FieldDescriptor field, Object value) {
        return switch (field.getType()) {
            case MESSAGE -> of((Message) value);
            case ENUM -> ((EnumValueDescriptor) value).getName();
            case BYTES -> bytes((ByteString) value);
            case FIXED64 -> String.format("%016x", (Long) value);
            default -> value;
        };
    }

    private static String bytes(ByteString value) {
        byte[] bytes = value.toByteArray();
        return bytes.length == 16
                ? Uuid.fromBytes(bytes).toString()
                : Base64.getEncoder().encodeToString(bytes);
    }
}
