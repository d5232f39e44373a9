package dev.curia.broker.kafka.api;

import dev.curia.broker.kafka.codec.Codes;
import dev.curia.proto.admin.v1.AlterConfigsRequest;
import dev.curia.proto.admin.v1.AlteredConfigs;
import dev.curia.proto.admin.v1.ConfigAlteration;
import dev.curia.proto.admin.v1.ConfigChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the two requests that alter configs have in common: each resource they name has its own outcome. Thread-safe. */
final class ConfigAlterations {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigAlterations.class);

    /** The requests carry no time of their own; a client waits 30 s by default. */
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final TopicAdmin topics;
    private final BrokerLoggers loggers;

    ConfigAlterations(TopicAdmin topics, BrokerLoggers loggers) {
        this.topics = topics;
        this.loggers = loggers;
    }

    /** @param operation Kafka's number */
    record Change(String key, byte operation, @Nullable String value) {}

    /** @param replace overrides that no change names go, too */
    record Alteration(byte resourceType, String resourceName, boolean replace, List<Change> changes) {}

    record Outcome(Alteration of, Errors error, @Nullable String message) {}

    /** @return in the order asked; never fails */
    CompletionStage<List<Outcome>> alter(List<Alteration> asked, boolean validateOnly) {
        Outcome[] outcomes = new Outcome[asked.size()];
        List<Integer> sent = new ArrayList<>();
        AlterConfigsRequest.Builder request = AlterConfigsRequest.newBuilder().setValidateOnly(validateOnly);
        for (int i = 0; i < outcomes.length; i++) {
            Alteration alteration = asked.get(i);
            String complaint = complaint(alteration);
            if (alteration.resourceType == ConfigResource.Type.BROKER_LOGGER.id()) {
                outcomes[i] = loggers.alter(alteration, validateOnly);
            } else if (complaint == null) {
                sent.add(i);
                request.addAlterations(toProto(alteration));
            } else {
                outcomes[i] = new Outcome(alteration, Errors.INVALID_REQUEST, complaint);
            }
        }
        if (sent.isEmpty()) return CompletableFuture.completedFuture(Arrays.asList(outcomes));
        return topics.alterConfigs(request.build(), TIMEOUT).handle((response, failure) -> {
            if (failure != null) {
                LOG.warn("no answer from the controller to a request to alter configs: {}", failure.toString());
            }
            for (int n = 0; n < sent.size(); n++) {
                int at = sent.get(n);
                outcomes[at] = failure == null
                        ? outcome(asked.get(at), response.getResults(n))
                        : new Outcome(
                                asked.get(at), Errors.REQUEST_TIMED_OUT, "The controller did not answer in time.");
            }
            return Arrays.asList(outcomes);
        });
    }

    private static Outcome outcome(Alteration alteration, AlteredConfigs result) {
        Errors error = Codes.errors(result.getStatus().getCode());
        return new Outcome(
                alteration,
                error,
                error == Errors.NONE ? null : result.getStatus().getMessage());
    }

    private static @Nullable String complaint(Alteration alteration) {
        ConfigResource.Type type = ConfigResource.Type.forId(alteration.resourceType);
        if (type == ConfigResource.Type.UNKNOWN) {
            return "Configs of resource type " + alteration.resourceType
                    + " cannot be altered: expected 2 (topic), 4 (broker), 8 (broker loggers), 16 (client metrics) or"
                    + " 32 (group).";
        }
        if (type == ConfigResource.Type.TOPIC && alteration.resourceName.isEmpty())
            return "Default topic resources are not allowed: name a topic.";
        for (Change change : alteration.changes) {
            if (change.operation < 0 || change.operation > ConfigChange.Operation.SUBTRACT_VALUE) {
                return "Unknown operation " + change.operation + " on key " + change.key
                        + ": expected 0 (set), 1 (delete), 2 (append) or 3 (subtract).";
            }
        }
        String withoutValue = alteration.changes.stream()
                .filter(change -> change.value == null && change.operation != ConfigChange.Operation.DELETE_VALUE)
                .map(Change::key)
                .collect(Collectors.joining(", "));
        return withoutValue.isEmpty() ? null : "Null value not supported for : " + withoutValue;
    }

    private static ConfigAlteration toProto(Alteration alteration) {
        ConfigAlteration.Builder resource = ConfigAlteration.newBuilder();
        switch (ConfigResource.Type.forId(alteration.resourceType)) {
            case BROKER -> resource.setBroker(alteration.resourceName);
            case GROUP -> resource.setGroup(alteration.resourceName);
            case CLIENT_METRICS -> resource.setClientMetrics(alteration.resourceName);
            case TOPIC, BROKER_LOGGER, UNKNOWN -> resource.setTopic(alteration.resourceName);
        }
        return resource.setReplace(alteration.replace)
                .addAllChanges(alteration.changes.stream()
                        .map(change -> ConfigChange.newBuilder()
                                .setKey(change.key)
                                .setOperationValue(change.operation)
                                .setValue(Objects.requireNonNullElse(change.value, ""))
                                .build())
                        .toList())
                .build();
    }
}
