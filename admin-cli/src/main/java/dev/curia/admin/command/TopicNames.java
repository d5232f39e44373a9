package dev.curia.admin.command;

import com.google.protobuf.ByteString;
import dev.curia.common.id.Uuid;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Small texts about topics. Stateless. */
final class TopicNames {
    private TopicNames() {}

    static String list(List<String> names) {
        return (names.size() == 1 ? "topic " : "topics ") + String.join(", ", names);
    }

    static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    /** Null when the server sent none. */
    static @Nullable String id(ByteString bytes) {
        return bytes.size() == 16 ? Uuid.fromBytes(bytes.toByteArray()).toString() : null;
    }

    /** Broker ids as "1,2,3"; "-" for none. */
    static String ids(Collection<Integer> ids) {
        return ids.isEmpty() ? "-" : ids.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
