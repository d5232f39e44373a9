package dev.curia.metadata.decide;

import dev.curia.common.config.BrokerConfigs;
import dev.curia.common.config.ClientMetricsConfigs;
import dev.curia.common.config.ConfigKey;
import dev.curia.common.config.GroupOverrides;
import dev.curia.common.config.TopicConfigs;
import dev.curia.proto.admin.v1.ConfigAlteration;
import dev.curia.proto.admin.v1.ConfigChange;
import dev.curia.proto.admin.v1.ConfigChange.Operation;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * One resource's overrides before and after the changes asked for; whether the values are valid is not looked at. Immutable.
 *
 * @param refusal why the changes cannot be made; then {@code after} means nothing
 */
record OverrideEdit(Map<String, String> before, Map<String, String> after, Optional<Status> refusal) {

    /** @param defaults as in {@link TopicDefaults#configs} */
    static OverrideEdit of(Map<String, String> before, ConfigAlteration alteration, Map<String, String> defaults) {
        Map<String, String> after = new TreeMap<>(alteration.getReplace() ? Map.of() : before);
        Set<String> seen = new HashSet<>();
        for (ConfigChange change : alteration.getChangesList()) {
            String key = change.getKey();
            if (!seen.add(key)) {
                return refused(before, ErrorCode.INVALID_REQUEST, "Key " + key + " is changed twice; name it once.");
            }
            Operation operation = change.getOperation();
            if (operation == Operation.SET) {
                after.put(key, change.getValue());
            } else if (operation == Operation.DELETE) {
                after.remove(key);
            } else {
                Optional<ConfigKey<?>> known = known(key);
                if (known.isPresent() && known.get().type() != ConfigKey.Type.LIST) {
                    return refused(
                            before,
                            ErrorCode.INVALID_CONFIG,
                            "Can't " + operation + " to key " + key + " because its type is not LIST but "
                                    + known.get().type() + "; expected SET or DELETE.");
                }
                String now = after.getOrDefault(key, defaults.getOrDefault(key, defaultText(known)));
                after.put(key, edited(now, operation, change.getValue()));
            }
        }
        return new OverrideEdit(before, after, Optional.empty());
    }

    private static Optional<ConfigKey<?>> known(String key) {
        return TopicConfigs.byName(key)
                .or(() -> BrokerConfigs.byName(key))
                .or(() -> Stream.concat(GroupOverrides.ALL.stream(), ClientMetricsConfigs.ALL.stream())
                        .filter(each -> each.name().equals(key))
                        .findFirst());
    }

    private static String defaultText(Optional<ConfigKey<?>> key) {
        return key.map(ConfigKey::defaultText).orElse("");
    }

    private static String edited(String list, Operation operation, String items) {
        List<String> edited = new ArrayList<>(items(list).toList());
        items(items).forEach(item -> {
            if (operation == Operation.SUBTRACT) edited.remove(item);
            else if (!edited.contains(item)) edited.add(item);
        });
        return String.join(",", edited);
    }

    private static Stream<String> items(String list) {
        return Stream.of(list.split(",")).map(String::strip).filter(item -> !item.isEmpty());
    }

    private static OverrideEdit refused(Map<String, String> before, ErrorCode code, String message) {
        return new OverrideEdit(before, before, Optional.of(Statuses.error(code, message)));
    }
}
