package dev.curia.metadata.decide;

import dev.curia.common.config.BrokerConfigs;
import dev.curia.common.config.ClientMetricsConfigs;
import dev.curia.common.config.ConfigException;
import dev.curia.common.config.GroupOverrides;
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
import dev.curia.proto.metadata.v1.ConfigRecord;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.proto.metadata.v1.ResourceType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What topics, brokers, groups and subscriptions to metrics override of the settings: one's changes take effect together or not at all,
 * and leave overrides that are valid as a whole. One of a request may fail while others succeed. Source: KIP-133, KIP-226, KIP-339, KIP-848.
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
                Map<String, String> inForce = defaults(image);
                OverrideEdit edit = OverrideEdit.of(image.config(resource), alteration, inForce);
                status = edit.refusal().orElseGet(() -> validate(resource, edit.after(), inForce));
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
        return switch (alteration.getResourceCase()) {
            case BROKER -> new ConfigResource(ConfigResource.Type.BROKER, alteration.getBroker());
            case GROUP -> ConfigResource.group(alteration.getGroup());
            case CLIENT_METRICS -> ConfigResource.clientMetrics(alteration.getClientMetrics());
            case TOPIC, RESOURCE_NOT_SET -> ConfigResource.topic(alteration.getTopic());
        };
    }

    /** What holds for a topic's setting that is not overridden, by its name. */
    private Map<String, String> defaults(MetadataImage image) {
        Map<String, String> inForce = new HashMap<>(defaults);
        inForce.putAll(TopicConfigs.defaultsIn(image.config(ConfigResource.brokers())));
        return inForce;
    }

    /** What follows for partitions from these changes. */
    private List<MetadataRecord> settled(MetadataImage image, List<MetadataRecord> changes) {
        MetadataImage after = image.apply(image.index(), changes).image();
        return changes.stream()
                .map(MetadataRecord::getConfig)
                .filter(config -> config.getKey().equals(TopicConfigs.MIN_INSYNC_REPLICAS.name()))
                .flatMap(config -> of(config, after))
                .distinct()
                .flatMap(topic -> elections.settle(after, topic, config(topic)).stream())
                .toList();
    }

    private static Stream<Topic> of(ConfigRecord config, MetadataImage image) {
        return config.getResourceType() == ResourceType.BROKER
                ? image.topics().stream()
                : image.topic(config.getResourceName()).stream();
    }

    private static Cause config(Topic topic) {
        return new Cause(
                CauseKind.SETTING_CHANGED,
                TopicConfigs.MIN_INSYNC_REPLICAS.name() + " of " + topic.name() + " changed");
    }

    private static Status check(MetadataImage image, ConfigResource resource, long times) {
        if (times > 1) {
            return Statuses.error(
                    ErrorCode.INVALID_REQUEST,
                    title(resource) + " is " + times + " times in the request; name it once, with all its changes.");
        }
        return switch (resource.type()) {
            case TOPIC -> checkTopic(image, resource.name());
            case BROKER -> checkBroker(image, resource.name());
            case GROUP, CLIENT_METRICS ->
                resource.name().isEmpty()
                        ? Statuses.error(ErrorCode.INVALID_REQUEST, title(resource) + " has no name; give it one.")
                        : Statuses.OK;
        };
    }

    private static String title(ConfigResource resource) {
        String kind = switch (resource.type()) {
            case TOPIC -> "Topic";
            case BROKER -> "Broker";
            case GROUP -> "Group";
            case CLIENT_METRICS -> "Client metrics subscription";
        };
        return kind + " '" + resource.name() + "'";
    }

    private static Status checkBroker(MetadataImage image, String name) {
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

    private static Status checkTopic(MetadataImage image, String topic) {
        Optional<String> complaint = TopicNames.complaint(topic);
        if (complaint.isPresent()) return Statuses.error(ErrorCode.INVALID_TOPIC_EXCEPTION, complaint.get());
        if (image.topic(topic).isEmpty()) {
            return Statuses.error(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "There is no topic '" + topic + "'.");
        }
        return Statuses.OK;
    }

    private static Status validate(
            ConfigResource resource, Map<String, String> overrides, Map<String, String> topicDefaults) {
        try {
            switch (resource.type()) {
                case TOPIC -> TopicConfigs.validate(overrides, topicDefaults);
                case BROKER ->
                    BrokerConfigs.validate(overrides, !resource.name().isEmpty());
                case GROUP -> GroupOverrides.validate(overrides);
                case CLIENT_METRICS -> ClientMetricsConfigs.validate(overrides);
            }
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
