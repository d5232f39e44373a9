package dev.curia.metadata.image;

import dev.curia.common.id.PartitionId;
import dev.curia.common.id.Uuid;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A digest of everything in an image but its index: the sum, modulo 2^64, of a hash of each of the things that the image is made of. A
 * sum does not depend on the order, so equal images have equal digests however they came about, and a batch costs two hashes for each
 * thing that it changes, whatever the size of the cluster. Two images that differ have the same digest with a chance of about 2^-64; it
 * is made to find faults, not forgeries. Pure.
 */
final class ImageDigest {
    private static final long MULTIPLIER = 0x9e3779b97f4a7c15L;

    private ImageDigest() {}

    /** The digest of {@code after}, which {@code delta} tells from {@code before}. */
    static long next(MetadataImage before, MetadataImage after, MetadataDelta delta) {
        return before.digest() - part(before, before, after, delta) + part(after, before, after, delta);
    }

    /** What that contributes to the digest of {@code of} which may differ between the two others. */
    private static long part(MetadataImage of, MetadataImage before, MetadataImage after, MetadataDelta delta) {
        long sum = scalars(of) + sum(features(of, before, after));
        for (int id : delta.brokers()) {
            sum += of.broker(id)
                    .map(ImageRecords::brokerRecord)
                    .map(ImageDigest::hash)
                    .orElse(0L);
        }
        // A topic that goes takes its partitions along, which the delta does not name again.
        for (Uuid id : delta.removedTopics().keySet())
            sum += of.topic(id).map(ImageDigest::whole).orElse(0L);
        for (Uuid id : delta.createdTopics()) sum += sum(of.topic(id).stream().map(ImageRecords::topicRecord));
        for (PartitionId id : delta.partitions()) {
            if (delta.removedTopics().containsKey(id.topicId())) continue;
            sum += of.partition(id).map(state -> hash(id, state)).orElse(0L);
        }
        for (ConfigResource resource : delta.configs()) sum += sum(configs(of, resource));
        for (QuotaEntity entity : delta.quotas()) sum += sum(ImageRecords.quotaRecords(of.clientQuotas(), entity));
        for (String user : delta.scramUsers()) sum += sum(of.scram().records(user));
        sum += sum(delta.acls().stream().filter(of.acls()::contains).map(ImageRecords::aclRecord));
        return sum;
    }

    private static long scalars(MetadataImage image) {
        return hash(ImageRecords.clusterRecord(image.cluster))
                + image.stopLease()
                        .map(ImageRecords::stopLeaseRecord)
                        .map(ImageDigest::hash)
                        .orElse(0L)
                + hash(ImageRecords.producerIdRecord(image.nextProducerId()))
                + hash(ImageRecords.brokerEpochRecord(image.nextBrokerEpoch()));
    }

    private static Stream<MetadataRecord> features(MetadataImage of, MetadataImage before, MetadataImage after) {
        Set<String> changed = new HashSet<>(before.features().keySet());
        changed.addAll(after.features().keySet());
        changed.removeIf(name ->
                Objects.equals(before.features().get(name), after.features().get(name)));
        return of.features().entrySet().stream()
                .filter(entry -> changed.contains(entry.getKey()))
                .map(entry -> ImageRecords.featureRecord(entry.getKey(), entry.getValue()));
    }

    private static long whole(Topic topic) {
        long sum = hash(ImageRecords.topicRecord(topic));
        int p = 0;
        for (PartitionState state : topic.partitions()) sum += hash(new PartitionId(topic.id(), p++), state);
        return sum;
    }

    private static Stream<MetadataRecord> configs(MetadataImage image, ConfigResource resource) {
        Map<String, String> values = image.config(resource);
        return values.entrySet().stream()
                .map(entry -> ImageRecords.configRecord(resource, entry.getKey(), entry.getValue()));
    }

    private static long sum(Stream<MetadataRecord> records) {
        return records.mapToLong(ImageDigest::hash).sum();
    }

    /** Of a partition's fields, not its record: making records was nearly half of what a batch of many partitions cost to apply. */
    private static long hash(PartitionId id, PartitionState state) {
        long hash = step(MULTIPLIER, id.topicId().mostSignificantBits());
        hash = step(hash, id.topicId().leastSignificantBits());
        hash = step(hash, pair(id.partition(), state.leader()));
        hash = step(hash, pair(state.leaderEpoch(), state.partitionEpoch()));
        hash = step(hash, state.moveBytesPerSecond());
        hash = step(hash, state.replicas());
        hash = step(hash, state.isr());
        hash = step(hash, state.eligibleLeaders());
        hash = step(hash, state.lastKnownEligible());
        hash = step(hash, state.adding());
        return mix(step(hash, state.removing()));
    }

    private static long pair(int high, int low) {
        return (long) high << 32 | (low & 0xffff_ffffL);
    }

    /** Their number too: no two lists of lists give the same steps. */
    private static long step(long hash, List<Integer> ids) {
        long next = step(hash, ids.size());
        for (int i = 0; i < ids.size(); i++) next = step(next, ids.get(i));
        return next;
    }

    private static long step(long hash, long word) {
        return mix(hash ^ word) * MULTIPLIER;
    }

    /** Eight bytes at a time, each step invertible in what it takes in; the same on every platform. */
    private static long hash(MetadataRecord record) {
        byte[] bytes = record.toByteArray();
        long hash = MULTIPLIER ^ bytes.length;
        long word = 0;
        for (int i = 0; i < bytes.length; i++) {
            word = word << 8 | (bytes[i] & 0xff);
            if ((i & 7) == 7) {
                hash = step(hash, word);
                word = 0;
            }
        }
        return mix(hash ^ mix(word + MULTIPLIER));
    }

    private static long mix(long z) {
        long a = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        long b = (a ^ a >>> 27) * 0x94d049bb133111ebL;
        return b ^ b >>> 31;
    }
}
