package dev.curia.metadata.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.common.id.PartitionId;
import dev.curia.metadata.Fixtures;
import dev.curia.metadata.decide.BrokerDecisions;
import dev.curia.metadata.decide.ClientQuotaDecisions;
import dev.curia.metadata.decide.Decision;
import dev.curia.metadata.decide.TopicDecisions;
import dev.curia.metadata.decide.TopicDefaults;
import dev.curia.proto.admin.v1.AlterClientQuotasRequest;
import dev.curia.proto.admin.v1.ClientQuotaAlteration;
import dev.curia.proto.admin.v1.ClientQuotaChange;
import dev.curia.proto.admin.v1.DeleteTopicsRequest;
import dev.curia.proto.admin.v1.TopicRef;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.testkit.Check;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class MetadataImageTest {
    private static final TopicDecisions TOPICS = new TopicDecisions(new TopicDefaults(1, 1, Map.of()));

    /** A random history of decisions, as the batches that were written. */
    private static List<List<MetadataRecord>> history(SplittableRandom random) {
        List<List<MetadataRecord>> batches = new ArrayList<>();
        List<MetadataRecord> first = new ArrayList<>(Fixtures.cluster(4).toRecords());
        first.add(ImageRecords.featureRecord(Features.METADATA_VERSION, Features.ACCESS_RECORDS));
        batches.add(first);
        MetadataImage image = MetadataImage.EMPTY.apply(0, batches.get(0)).image();
        for (int step = 1; step < 60; step++) {
            Decision<?> decision = decide(image, random, step);
            image = image.apply(step, decision.records()).image();
            batches.add(decision.records());
        }
        return batches;
    }

    private static Decision<?> decide(MetadataImage image, SplittableRandom random, int step) {
        int id = 1 + random.nextInt(4);
        long epoch = image.broker(id).map(BrokerRegistration::epoch).orElse(-1L);
        return switch (random.nextInt(7)) {
            case 0 -> TOPICS.create(image, Fixtures.createTopic("t" + step, 1 + random.nextInt(5), 2), random);
            case 1 ->
                TOPICS.delete(
                        image,
                        DeleteTopicsRequest.newBuilder()
                                .addTopics(TopicRef.newBuilder().setName("t" + random.nextInt(60)))
                                .build());
            case 2 -> Fixtures.BROKERS.fence(image, id, epoch, Fixtures.CAUSE, Fixtures.ALL_ONLINE);
            case 3 -> Fixtures.BROKERS.unfence(image, id, epoch, Fixtures.ALL_ONLINE);
            case 4 -> BrokerDecisions.unregister(image, id);
            case 5 -> ClientQuotaDecisions.alter(image, quotas(random));
            default -> Fixtures.BROKERS.register(image, Fixtures.register(id, step), false, Fixtures.ALL_ONLINE);
        };
    }

    private static AlterClientQuotasRequest quotas(SplittableRandom random) {
        QuotaEntity entity =
                random.nextBoolean() ? QuotaEntity.user("u" + random.nextInt(2)) : QuotaEntity.userClient("", "c");
        ClientQuotaChange.Builder change = ClientQuotaChange.newBuilder()
                .setKey(random.nextBoolean() ? "producer_byte_rate" : "request_percentage");
        if (random.nextInt(3) > 0) change.setValue(1 + random.nextInt(2));
        return AlterClientQuotasRequest.newBuilder()
                .addAlterations(ClientQuotaAlteration.newBuilder()
                        .setEntity(ImageRecords.proto(entity))
                        .addChanges(change))
                .build();
    }

    private static MetadataImage replay(List<List<MetadataRecord>> batches) {
        MetadataImage image = MetadataImage.EMPTY;
        for (int i = 0; i < batches.size(); i++)
            image = image.apply(i, batches.get(i)).image();
        return image;
    }

    @Test
    void anImageIsItsRecords() {
        Check.forAll(200, MetadataImageTest::history, batches -> {
            MetadataImage image = replay(batches);
            MetadataImage rebuilt =
                    MetadataImage.EMPTY.apply(image.index(), image.toRecords()).image();
            assertThat(rebuilt).isEqualTo(image);
            assertThat(rebuilt.nextBrokerEpoch()).isEqualTo(image.nextBrokerEpoch());
        });
    }

    @Test
    void replayIsDeterministicAlsoFromASnapshotInTheMiddle() {
        Check.forAll(200, MetadataImageTest::history, batches -> {
            MetadataImage whole = replay(batches);
            MetadataImage middle = replay(batches.subList(0, batches.size() / 2));
            MetadataImage resumed = MetadataImage.EMPTY
                    .apply(middle.index(), middle.toRecords())
                    .image();
            for (int i = batches.size() / 2; i < batches.size(); i++) {
                resumed = resumed.apply(i, batches.get(i)).image();
            }
            assertThat(replay(batches)).isEqualTo(whole);
            assertThat(resumed).isEqualTo(whole);
        });
    }

    @Test
    void aDifferenceNamesWhatTheDeltasInBetweenName() {
        Check.forAll(200, MetadataImageTest::history, batches -> {
            MetadataImage from = replay(batches.subList(0, batches.size() - 1));
            MetadataImage.Applied applied = from.apply(batches.size() - 1, batches.get(batches.size() - 1));
            assertThat(MetadataDelta.between(from, applied.image())).isEqualTo(applied.delta());
        });
    }

    @Test
    void aBrokerEpochIsNeverGivenTwiceEvenAfterUnregistrationAndSnapshot() {
        MetadataImage image = Fixtures.cluster(1);
        image = Fixtures.after(image, Fixtures.BROKERS.fence(image, 1, 101, Fixtures.CAUSE, Fixtures.ALL_ONLINE));
        image = Fixtures.after(image, BrokerDecisions.unregister(image, 1));
        MetadataImage rebuilt =
                MetadataImage.EMPTY.apply(image.index(), image.toRecords()).image();
        assertThat(rebuilt.broker(1)).isEmpty();
        assertThat(Fixtures.BROKERS
                        .register(rebuilt, Fixtures.register(1, 9), false, Fixtures.ALL_ONLINE)
                        .reply()
                        .apply(0)
                        .epoch())
                .isGreaterThan(101);
    }

    @Test
    void aRemovedTopicLeavesNothingBehind() {
        MetadataImage empty = Fixtures.cluster(1);
        MetadataImage with =
                Fixtures.after(empty, TOPICS.create(empty, Fixtures.createTopic("a", 3, 1), new SplittableRandom(1)));
        Topic topic = with.topic("a").orElseThrow();
        MetadataImage.Applied removed = with.apply(
                5,
                TOPICS.delete(
                                with,
                                DeleteTopicsRequest.newBuilder()
                                        .addTopics(TopicRef.newBuilder().setName("a"))
                                        .build())
                        .records());
        assertThat(removed.image().topic("a")).isEmpty();
        assertThat(removed.image().topic(topic.id())).isEmpty();
        assertThat(removed.image().partition(new PartitionId(topic.id(), 0))).isEmpty();
        assertThat(removed.delta().removedTopics()).containsOnlyKeys(topic.id());
        assertThat(removed.delta().partitions()).isEmpty();
    }

    @Test
    void eachFieldOfAPartitionCountsInTheDigest() {
        List<Integer> all = List.of(1, 2, 3);
        List<Integer> none = List.of();
        List<PartitionState> states = List.of(
                new PartitionState(all, all, none, none, 1, 4, 9, none, none),
                new PartitionState(List.of(1, 3, 2), all, none, none, 1, 4, 9, none, none),
                new PartitionState(all, List.of(1, 2), none, none, 1, 4, 9, none, none),
                new PartitionState(all, List.of(1, 2), List.of(3), none, 1, 4, 9, none, none),
                new PartitionState(all, List.of(1, 2), none, List.of(3), 1, 4, 9, none, none),
                new PartitionState(all, all, none, none, 2, 4, 9, none, none),
                new PartitionState(all, all, none, none, 1, 5, 9, none, none),
                new PartitionState(all, all, none, none, 1, 4, 10, none, none),
                new PartitionState(all, all, none, none, 1, 4, 9, List.of(3), none),
                new PartitionState(all, all, none, none, 1, 4, 9, none, List.of(3)),
                new PartitionState(all, all, none, none, 1, 4, 9, List.of(3), none, 7));
        MetadataImage empty = Fixtures.cluster(3);
        MetadataImage with =
                Fixtures.after(empty, TOPICS.create(empty, Fixtures.createTopic("a", 2, 3), new SplittableRandom(1)));
        Topic topic = with.topic("a").orElseThrow();
        Set<Long> digests = new HashSet<>();
        for (PartitionState state : states) {
            for (int p = 0; p < 2; p++) {
                MetadataRecord record = ImageRecords.partitionRecord(topic.id(), p, state);
                digests.add(with.apply(9, List.of(record)).image().digest());
            }
        }
        assertThat(digests).hasSize(2 * states.size());
    }

    @Test
    void anUnknownKindOfRecordIsABrokenInvariant() {
        assertThatThrownBy(() -> MetadataImage.EMPTY.apply(0, List.of(MetadataRecord.getDefaultInstance())))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("upgrade");
    }
}
