package dev.curia.broker.grpc;

import dev.curia.broker.kafka.api.ClusterView;
import dev.curia.broker.kafka.api.ConfigEntries;
import dev.curia.metadata.image.ConfigResource;
import dev.curia.proto.broker.v1.ConfigInForce;
import dev.curia.proto.broker.v1.ConfigSynonym;
import dev.curia.proto.broker.v1.ConfigSynonym.Source;
import dev.curia.proto.broker.v1.DescribeConfigsRequest;
import dev.curia.proto.broker.v1.DescribeConfigsResponse;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;

/** What is in force on this broker, as administrators are told; values of secrets never are. Thread-safe. */
final class ConfigAnswers {
    private final ClusterView cluster;
    private final ConfigEntries configs;

    ConfigAnswers(ClusterView cluster, ConfigEntries configs) {
        this.cluster = cluster;
        this.configs = configs;
    }

    DescribeConfigsResponse answer(DescribeConfigsRequest request) {
        return switch (request.getResourceCase()) {
            case TOPIC -> topic(request.getTopic());
            case BROKER -> broker(request.getBroker());
            case GROUP ->
                request.getGroup().isEmpty()
                        ? refused(ErrorCode.INVALID_GROUP_ID, "The group's id is empty; name a group.")
                        : described(configs.group(request.getGroup()));
            case CLIENT_METRICS -> described(configs.clientMetrics(request.getClientMetrics()));
            case RESOURCE_NOT_SET ->
                refused(
                        ErrorCode.INVALID_REQUEST,
                        "Nothing is named: expected a topic, a broker, a group, or a subscription to client metrics.");
        };
    }

    private DescribeConfigsResponse topic(String name) {
        if (cluster.image().topic(name).isEmpty()) {
            return refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "There is no topic '" + name + "'.");
        }
        return described(configs.topic(cluster.image().config(ConfigResource.topic(name))));
    }

    private DescribeConfigsResponse broker(String id) {
        if (id.isEmpty()) return described(configs.brokerDefaults());
        String self = Integer.toString(cluster.brokerId());
        if (id.equals(self)) return described(configs.broker());
        return refused(
                ErrorCode.INVALID_REQUEST, "This is broker " + self + ": ask broker " + id + " for its own settings.");
    }

    private static DescribeConfigsResponse described(List<ConfigEntries.Entry> entries) {
        return DescribeConfigsResponse.newBuilder()
                .addAllConfigs(entries.stream()
                        .sorted(Comparator.comparing(ConfigEntries.Entry::name))
                        .map(ConfigAnswers::toProto)
                        .toList())
                .build();
    }

    private static DescribeConfigsResponse refused(ErrorCode code, String message) {
        return DescribeConfigsResponse.newBuilder()
                .setStatus(Status.newBuilder().setCode(code).setMessage(message))
                .build();
    }

    private static ConfigInForce toProto(ConfigEntries.Entry entry) {
        boolean sensitive = entry.type() == ConfigType.PASSWORD;
        return ConfigInForce.newBuilder()
                .setKey(entry.name())
                .setType(entry.type().name().toLowerCase(Locale.ROOT))
                .setReadOnly(entry.readOnly())
                .setSensitive(sensitive)
                .setDoc(entry.key().doc())
                .addAllSynonyms(entry.synonyms().stream()
                        .map(synonym -> toProto(synonym, sensitive))
                        .toList())
                .build();
    }

    private static ConfigSynonym toProto(ConfigEntries.Source synonym, boolean sensitive) {
        ConfigSynonym.Builder proto =
                ConfigSynonym.newBuilder().setKey(synonym.name()).setSource(source(synonym.source()));
        if (!sensitive) proto.setValue(synonym.value());
        return proto.build();
    }

    private static Source source(ConfigSource source) {
        return switch (source) {
            case TOPIC_CONFIG -> Source.TOPIC_OVERRIDE;
            case DYNAMIC_BROKER_CONFIG -> Source.DYNAMIC_BROKER;
            case DYNAMIC_DEFAULT_BROKER_CONFIG -> Source.DYNAMIC_DEFAULT;
            case STATIC_BROKER_CONFIG -> Source.STATIC_FILE;
            case DEFAULT_CONFIG -> Source.DEFAULT;
            case GROUP_CONFIG -> Source.GROUP_OVERRIDE;
            case CLIENT_METRICS_CONFIG -> Source.CLIENT_METRICS;
            case DYNAMIC_BROKER_LOGGER_CONFIG, UNKNOWN -> Source.UNKNOWN;
        };
    }
}
