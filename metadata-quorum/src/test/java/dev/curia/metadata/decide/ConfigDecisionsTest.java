package dev.curia.metadata.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.config.TopicConfigs;
import dev.curia.metadata.Fixtures;
import dev.curia.metadata.image.ConfigResource;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.proto.admin.v1.AlterConfigsRequest;
import dev.curia.proto.admin.v1.AlterConfigsResponse;
import dev.curia.proto.admin.v1.AlteredConfigs;
import dev.curia.proto.admin.v1.ConfigAlteration;
import dev.curia.proto.admin.v1.ConfigChange;
import dev.curia.proto.admin.v1.ConfigChange.Operation;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.testkit.Check;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class ConfigDecisionsTest {
    private static final TopicDefaults DEFAULTS = new TopicDefaults(1, 1, Map.of());

    private final ConfigDecisions configs = new ConfigDecisions(DEFAULTS);
    private final MetadataImage image = topics("orders", "payments");

    private static MetadataImage topics(String... names) {
        TopicDecisions topics = new TopicDecisions(DEFAULTS);
        SplittableRandom random = new SplittableRandom(1);
        MetadataImage image = Fixtures.cluster(1);
        for (String name : names) {
            image = Fixtures.after(image, topics.create(image, Fixtures.createTopic(name, 1, 1), random));
        }
        return image;
    }

    private static ConfigChange change(Operation operation, String key, String value) {
        return ConfigChange.newBuilder()
                .setOperation(operation)
                .setKey(key)
                .setValue(value)
                .build();
    }

    private static ConfigChange set(String key, String value) {
        return change(Operation.SET, key, value);
    }

    private static ConfigChange delete(String key) {
        return change(Operation.DELETE, key, "");
    }

    private static ConfigAlteration alteration(String topic, ConfigChange... changes) {
        return ConfigAlteration.newBuilder()
                .setTopic(topic)
                .addAllChanges(Arrays.asList(changes))
                .build();
    }

    private static AlterConfigsRequest request(ConfigAlteration... alterations) {
        return AlterConfigsRequest.newBuilder()
                .addAllAlterations(Arrays.asList(alterations))
                .build();
    }

    private static Map<String, String> overrides(MetadataImage of, String topic) {
        return of.config(ConfigResource.topic(topic));
    }

    private MetadataImage altered(MetadataImage before, String topic, ConfigChange... changes) {
        Decision<AlterConfigsResponse> decision = configs.alter(before, request(alteration(topic, changes)));
        assertThat(decision.reply().apply(0).getResults(0).getStatus().getCode())
                .isEqualTo(ErrorCode.NONE);
        return Fixtures.after(before, decision);
    }

    private AlteredConfigs refusal(MetadataImage on, ConfigAlteration alteration) {
        Decision<AlterConfigsResponse> decision = configs.alter(on, request(alteration));
        assertThat(decision.records()).isEmpty();
        return decision.reply().apply(0).getResults(0);
    }

    private void refuses(ErrorCode code, String inMessage, String topic, ConfigChange... changes) {
        AlteredConfigs result = refusal(image, alteration(topic, changes));
        assertThat(result.getStatus().getCode()).isEqualTo(code);
        assertThat(result.getStatus().getMessage()).contains(inMessage);
    }

    @Test
    void aValueIsSetReplacedAndRemovedAgain() {
        MetadataImage set = altered(image, "orders", set("retention.ms", "1000"), set("flush.ms", "5"));
        assertThat(overrides(set, "orders")).isEqualTo(Map.of("retention.ms", "1000", "flush.ms", "5"));
        assertThat(overrides(set, "payments")).isEmpty();
        MetadataImage replaced = altered(set, "orders", set("retention.ms", "2000"));
        assertThat(overrides(replaced, "orders")).isEqualTo(Map.of("retention.ms", "2000", "flush.ms", "5"));
        MetadataImage removed = altered(replaced, "orders", delete("retention.ms"), delete("flush.ms"));
        assertThat(overrides(removed, "orders")).isEmpty();
    }

    @Test
    void listsGrowAndShrinkFromWhatIsInForce() {
        MetadataImage both = altered(image, "orders", change(Operation.APPEND, "cleanup.policy", "compact"));
        assertThat(overrides(both, "orders")).containsEntry("cleanup.policy", "delete,compact");
        MetadataImage same = altered(both, "orders", change(Operation.APPEND, "cleanup.policy", " delete "));
        assertThat(overrides(same, "orders")).containsEntry("cleanup.policy", "delete,compact");
        MetadataImage one = altered(both, "orders", change(Operation.SUBTRACT, "cleanup.policy", "delete"));
        assertThat(overrides(one, "orders")).containsEntry("cleanup.policy", "compact");

        ConfigDecisions compacting = new ConfigDecisions(new TopicDefaults(1, 1, Map.of("cleanup.policy", "compact")));
        MetadataImage appended = Fixtures.after(
                image,
                compacting.alter(
                        image, request(alteration("orders", change(Operation.APPEND, "cleanup.policy", "delete")))));
        assertThat(overrides(appended, "orders")).containsEntry("cleanup.policy", "compact,delete");
    }

    @Test
    void whatChangesNothingWritesNothing() {
        MetadataImage set = altered(image, "orders", set("retention.ms", "1000"));
        assertThat(configs.alter(set, request(alteration("orders", set("retention.ms", "1000"), delete("flush.ms"))))
                        .records())
                .isEmpty();
    }

    @Test
    void replacingRemovesWhatIsNotNamed() {
        MetadataImage set = altered(image, "orders", set("retention.ms", "1000"), set("flush.ms", "5"));
        ConfigAlteration replacing = alteration("orders", set("flush.ms", "6")).toBuilder()
                .setReplace(true)
                .build();
        MetadataImage after = Fixtures.after(set, configs.alter(set, request(replacing)));
        assertThat(overrides(after, "orders")).isEqualTo(Map.of("flush.ms", "6"));
    }

    @Test
    void refusalsNameKeyValueAndWhatIsExpected() {
        refuses(ErrorCode.INVALID_CONFIG, "Unknown topic config name: no.such", "orders", set("no.such", "1"));
        refuses(
                ErrorCode.INVALID_CONFIG,
                "Invalid value 'soon' for retention.ms",
                "orders",
                set("retention.ms", "soon"));
        refuses(ErrorCode.INVALID_CONFIG, "at least -1", "orders", set("retention.ms", "-2"));
        refuses(ErrorCode.INVALID_CONFIG, "not LIST", "orders", change(Operation.APPEND, "retention.ms", "1"));
        refuses(ErrorCode.INVALID_CONFIG, "Unknown", "orders", change(Operation.APPEND, "no.such", "1"));
        refuses(ErrorCode.INVALID_CONFIG, "a list of", "orders", change(Operation.APPEND, "cleanup.policy", "burn"));
        refuses(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "'nope'", "nope", set("retention.ms", "1"));
        refuses(ErrorCode.INVALID_TOPIC_EXCEPTION, "", "a/b", set("retention.ms", "1"));
        refuses(
                ErrorCode.INVALID_REQUEST,
                "retention.ms is changed twice",
                "orders",
                set("retention.ms", "1"),
                delete("retention.ms"));
    }

    @Test
    void aKeyMayNotContradictAnotherNorADefault() {
        refuses(
                ErrorCode.INVALID_CONFIG,
                "'2000' for min.compaction.lag.ms: expected at most max.compaction.lag.ms, which is 1000",
                "orders",
                set("min.compaction.lag.ms", "2000"),
                set("max.compaction.lag.ms", "1000"));
        MetadataImage set = altered(image, "orders", set("max.compaction.lag.ms", "1000"));
        assertThat(refusal(set, alteration("orders", set("min.compaction.lag.ms", "2000")))
                        .getStatus()
                        .getCode())
                .isEqualTo(ErrorCode.INVALID_CONFIG);

        TopicDefaults slow = new TopicDefaults(1, 1, Map.of("min.compaction.lag.ms", "2000"));
        assertThat(new ConfigDecisions(slow)
                        .alter(image, request(alteration("orders", set("max.compaction.lag.ms", "1000"))))
                        .records())
                .isEmpty();
        assertThat(new TopicDecisions(slow)
                        .create(
                                image,
                                Fixtures.createTopic("new", 1, 1).toBuilder()
                                        .setTopics(
                                                0,
                                                Fixtures.createTopic("new", 1, 1).getTopics(0).toBuilder()
                                                        .putConfigs("max.compaction.lag.ms", "1000"))
                                        .build(),
                                new SplittableRandom(1))
                        .reply()
                        .apply(0)
                        .getTopics(0)
                        .getStatus()
                        .getCode())
                .isEqualTo(ErrorCode.INVALID_CONFIG);
    }

    @Test
    void topicsOfARequestSucceedAndFailOnTheirOwn() {
        Decision<AlterConfigsResponse> decision = configs.alter(
                image,
                request(
                        alteration("orders", set("retention.ms", "soon"), set("flush.ms", "5")),
                        alteration("payments", set("retention.ms", "1000"))));
        assertThat(decision.reply().apply(7).getResultsList())
                .extracting(result -> result.getStatus().getCode())
                .containsExactly(ErrorCode.INVALID_CONFIG, ErrorCode.NONE);
        assertThat(decision.reply().apply(7).getIndex()).isEqualTo(7);
        MetadataImage after = Fixtures.after(image, decision);
        assertThat(overrides(after, "orders")).isEmpty();
        assertThat(overrides(after, "payments")).isEqualTo(Map.of("retention.ms", "1000"));
    }

    @Test
    void aTopicNamedTwiceIsLeftAlone() {
        Decision<AlterConfigsResponse> decision = configs.alter(
                image,
                request(
                        alteration("orders", set("retention.ms", "1")),
                        alteration("orders", set("flush.ms", "1")),
                        alteration("payments")));
        assertThat(decision.records()).isEmpty();
        assertThat(decision.reply().apply(0).getResultsList())
                .extracting(result -> result.getStatus().getCode())
                .containsExactly(ErrorCode.INVALID_REQUEST, ErrorCode.INVALID_REQUEST, ErrorCode.NONE);
    }

    @Test
    void validatingOnlyChangesNothingButSaysWhatWouldHappen() {
        AlterConfigsRequest good = request(alteration("orders", set("retention.ms", "1"))).toBuilder()
                .setValidateOnly(true)
                .build();
        assertThat(configs.alter(image, good).records()).isEmpty();
        assertThat(configs.alter(image, good)
                        .reply()
                        .apply(0)
                        .getResults(0)
                        .getStatus()
                        .getCode())
                .isEqualTo(ErrorCode.NONE);
        AlterConfigsRequest bad = request(alteration("orders", set("retention.ms", "x"))).toBuilder()
                .setValidateOnly(true)
                .build();
        assertThat(configs.alter(image, bad)
                        .reply()
                        .apply(0)
                        .getResults(0)
                        .getStatus()
                        .getCode())
                .isEqualTo(ErrorCode.INVALID_CONFIG);
    }

    @Test
    void whatDoesNotFitOneBatchIsRefused() {
        String padded = " ".repeat(TopicDecisions.MAX_BATCH_BYTES) + "1";
        AlteredConfigs refused = refusal(image, alteration("orders", set("retention.ms", padded)));
        assertThat(refused.getStatus().getCode()).isEqualTo(ErrorCode.POLICY_VIOLATION);
        assertThat(refused.getStatus().getMessage()).contains("orders").contains("several requests");
    }

    @Test
    void randomAlterationsAgreeWithAMapAndNeverLeaveAnInvalidTopic() {
        Check.forAll(300, SplittableRandom::split, random -> {
            MetadataImage now = image;
            Map<String, String> twin = new HashMap<>();
            for (int i = 0; i < 30; i++) {
                ConfigAlteration alteration = randomAlteration(random);
                Decision<AlterConfigsResponse> decision = configs.alter(now, request(alteration));
                boolean ok = decision.reply().apply(0).getResults(0).getStatus().getCode() == ErrorCode.NONE;
                if (ok) apply(twin, alteration);
                now = Fixtures.after(now, decision);
                assertThat(new TreeMap<>(overrides(now, "orders"))).isEqualTo(new TreeMap<>(twin));
                TopicConfigs.validate(overrides(now, "orders"), Map.of());
            }
        });
    }

    private static ConfigAlteration randomAlteration(SplittableRandom random) {
        List<String> keys =
                List.of("retention.ms", "min.compaction.lag.ms", "max.compaction.lag.ms", "flush.ms", "no.such");
        List<String> values = List.of("-1", "0", "1", "5", "100", "x");
        Map<String, ConfigChange> changes = new TreeMap<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            String key = keys.get(random.nextInt(keys.size()));
            changes.put(
                    key, random.nextInt(3) == 0 ? delete(key) : set(key, values.get(random.nextInt(values.size()))));
        }
        return alteration("orders", changes.values().toArray(ConfigChange[]::new)).toBuilder()
                .setReplace(random.nextInt(5) == 0)
                .build();
    }

    private static void apply(Map<String, String> twin, ConfigAlteration alteration) {
        if (alteration.getReplace()) twin.clear();
        alteration.getChangesList().forEach(change -> {
            if (change.getOperation() == Operation.DELETE) twin.remove(change.getKey());
            else twin.put(change.getKey(), change.getValue());
        });
    }

    @Test
    void brokersHaveAFewSettingsThatChangeWhileTheyRun() {
        MetadataImage image = Fixtures.cluster(1);
        assertThat(broker(image, "1", "leader.replication.throttled.rate", "1000"))
                .isEqualTo(ErrorCode.NONE);
        assertThat(broker(image, "", "curia.move.throttled.rate", "1000")).isEqualTo(ErrorCode.NONE);
        assertThat(broker(image, "1", "leader.replication.throttled.rate", "-1"))
                .isEqualTo(ErrorCode.INVALID_CONFIG);
        assertThat(broker(image, "1", "log.dirs", "/tmp")).isEqualTo(ErrorCode.INVALID_CONFIG);
        assertThat(broker(image, "2", "leader.replication.throttled.rate", "1000"))
                .isEqualTo(ErrorCode.INVALID_REQUEST);
    }

    private static ErrorCode broker(MetadataImage image, String name, String key, String value) {
        AlterConfigsRequest request = AlterConfigsRequest.newBuilder()
                .addAlterations(ConfigAlteration.newBuilder()
                        .setBroker(name)
                        .addChanges(ConfigChange.newBuilder().setKey(key).setValue(value)))
                .build();
        Decision<AlterConfigsResponse> decision = new ConfigDecisions(Fixtures.DEFAULTS).alter(image, request);
        ErrorCode code = decision.reply().apply(1).getResults(0).getStatus().getCode();
        ConfigResource resource = new ConfigResource(ConfigResource.Type.BROKER, name);
        boolean set = Fixtures.after(image, decision).config(resource).containsKey(key);
        assertThat(set).isEqualTo(code == ErrorCode.NONE);
        return code;
    }

    @Test
    void whatIsSetForAllBrokersHoldsForTopicsThatSayNothing() {
        EffectiveSettings settings = new EffectiveSettings(Fixtures.DEFAULTS);
        MetadataImage own = altered(image, "payments", set("min.insync.replicas", "3"));
        MetadataImage after = Fixtures.after(
                own,
                configs.alter(
                        own,
                        request(ConfigAlteration.newBuilder()
                                .setBroker("")
                                .addChanges(set("min.insync.replicas", "2"))
                                .build())));
        assertThat(settings.minInsync(own, own.topic("orders").orElseThrow())).isEqualTo(1);
        assertThat(settings.minInsync(after, after.topic("orders").orElseThrow()))
                .isEqualTo(2);
        assertThat(settings.minInsync(after, after.topic("payments").orElseThrow()))
                .isEqualTo(3);
        assertThat(broker(image, "1", "min.insync.replicas", "2")).isEqualTo(ErrorCode.INVALID_CONFIG);
        assertThat(broker(image, "1", "log.retention.ms", "2")).isEqualTo(ErrorCode.NONE);
    }
}
