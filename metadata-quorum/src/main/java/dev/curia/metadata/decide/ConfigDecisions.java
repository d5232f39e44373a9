package dev.curia.metadata.decide;

import dev.curia.common.config.BrokerConfigs;
import dev.curia.common.config.ConfigException;
import dev.curia.common.config.TopicConfigs;
import dev.curia.metadata.image.ConfigResource;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.Topic;
import dev.curia.proto.admin.v1.AlterConfigsRequest;
import dev.curia.proto.admin.v1.AlterConfigsResponse;
import dev.curia.proto.admin.v1.AlteredConfigs;
import dev.curia.proto.admin.v1.ConfigAlteration;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import dev.curia.proto.events.v1.CauseKind;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What topics override of the settings: one topic's changes take effect together or not at all, and leave overrides that are valid as
 * a whole. One topic of a request may fail while others succeed. Source: KIP-133, KIP-339.
 */
public final class ConfigDecisions {
    private final Map<String, String> defaults;
    private final Elections elections;

    public ConfigDecisions(TopicDefaults defaults) {
        this.defaults = defaults.configs();
        this.elections = new Elections(defaults);
    }

    public Decision<AlterConfigsResponse> alter(MetadataImage image, AlterConfigsRequest request) {
        Map<ConfigResource, Long> times = request.getAlterationsList().stream()
                .map(ConfigDecisions::resource)
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        List<MetadataRecord> records = new ArrayList<>();
        List<AlteredConfigs> results = new ArrayList<>();
        int bytes = 0;
        for (ConfigAlteration alteration : request.getAlterationsList()) {
            ConfigResource resource = resource(alteration);
            Status status = check(image, resource, times.getOrDefault(resource, 0L));
            if (Statuses.isOk(status)) {
                OverrideEdit edit = OverrideEdit.of(image.config(resource), alteration, defaults);
                status = edit.refusal().orElseGet(() -> validate(resource, edit.after()));
                List<MetadataRecord> changes = Statuses.isOk(status) ? differences(resource, edit) : List.of();
                bytes += changes.stream().mapToInt(Records::bytes).sum();
                if (bytes > TopicDecisions.MAX_BATCH_BYTES) status = tooLarge(resource);
                else records.addAll(changes);
            }
            results.add(AlteredConfigs.newBuilder()
                    .setTopic(alteration.getTopic())
                    .setStatus(status)
                    .build());
        }
        records.addAll(settled(image, records));
        return new Decision<>(
                request.getValidateOnly() ? List.of() : records,
                index -> AlterConfigsResponse.newBuilder()
                        .addAllResults(results)
                        .setIndex(index)
                        .build());
    }

    private static ConfigResource resource(ConfigAlteration alteration) {
        return alteration.hasBroker()
                ? new ConfigResource(ConfigResource.Type.BROKER, alteration.getBroker())
                : ConfigResource.topic(alteration.getTopic());
    }

    /** What follows for partitions from these changes. */
    private List<MetadataRecord> settled(MetadataImage image, List<MetadataRecord> changes) {
        MetadataImage after = image.apply(image.index(), changes).image();
        return changes.stream()
                .map(MetadataRecord::getConfig)
                .filter(config -> config.getKey().equals(TopicConfigs.MIN_INSYNC_REPLICAS.name()))
                .flatMap(config -> after.topic(config.getResourceName()).stream())
                .flatMap(topic -> elections.settle(after, topic, config(topic)).stream())
                .toList();
    }

    private static Cause config(Topic topic) {
        return new Cause(
                CauseKind.SETTING_CHANGED,
                TopicConfigs.MIN_INSYNC_REPLICAS.name() + " of " + topic.name() + " changed");
    }

    private static Status check(MetadataImage image, ConfigResource resource, long times) {
        return resource.type() == ConfigResource.Type.BROKER
                ? checkBroker(image, resource.name(), times)
                : checkTopic(image, resource.name(), times);
    }

    private static Status checkBroker(MetadataImage image, String name, long times) {
        if (times > 1) {
            return Statuses.error(
                    ErrorCode.INVALID_REQUEST,
                    "Broker '" + name + "' is " + times + " times in the request; name it once, with all its changes.");
        }
        boolean known = name.isEmpty()
                || image.brokers().stream()
                        .anyMatch(broker -> Integer.toString(broker.id()).equals(name));
        return known
                ? Statuses.OK
                : Statuses.error(
                        ErrorCode.INVALID_REQUEST,
                        "There is no broker '" + name
                                + "'; expected the id of a registered broker, or nothing for the default of all.");
    }

    private static Status checkTopic(MetadataImage image, String topic, long times) {
        if (times > 1) {
            return Statuses.error(
                    ErrorCode.INVALID_REQUEST,
                    "Topic '" + topic + "' is " + times + " times in the request; name it once, with all its changes.");
        }
        Optional<String> complaint = TopicNames.complaint(topic);
        if (complaint.isPresent()) return Statuses.error(ErrorCode.INVALID_TOPIC_EXCEPTION, complaint.get());
        if (image.topic(topic).isEmpty()) {
            return Statuses.error(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "There is no topic '" + topic + "'.");
        }
        return Statuses.OK;
    }

    private Status validate(ConfigResource resource, Map<String, String> overrides) {
        try {
            if (resource.type() == ConfigResource.Type.BROKER) BrokerConfigs.validate(overrides);
            else TopicConfigs.validate(overrides, defaults);
            return Statuses.OK;
        } catch (ConfigException e) {
            return Statuses.error(ErrorCode.INVALID_CONFIG, e.getMessage());
        }
    }

    private static List<MetadataRecord> differences(ConfigResource resource, OverrideEdit edit) {
        TreeSet<String> keys = new TreeSet<>(edit.before().keySet());
        keys.addAll(edit.after().keySet());
        List<MetadataRecord> records = new ArrayList<>();
        for (String key : keys) {
            String value = edit.after().get(key);
            if (value == null) records.add(ImageRecords.configRemovalRecord(resource, key));
            else if (!value.equals(edit.before().get(key))) {
                records.add(ImageRecords.configRecord(resource, key, value));
            }
        }
        return records;
    }

    private static Status tooLarge(ConfigResource resource) {
        return Statuses.error(
                ErrorCode.POLICY_VIOLATION,
                "With '" + resource.name() + "' the request changes more than one metadata batch can hold; "
                        + "use several requests.");
    }
}
