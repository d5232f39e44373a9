package dev.curia.metadata.rocksdb;

import com.google.protobuf.ByteString;
import dev.curia.common.id.PartitionId;
import dev.curia.common.id.Uuid;
import dev.curia.common.security.Acl;
import dev.curia.metadata.image.ConfigResource;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataDelta;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.QuotaEntity;
import dev.curia.metadata.image.ScramCredential;
import dev.curia.metadata.image.ScramCredentials;
import dev.curia.metadata.image.Topic;
import dev.curia.proto.common.v1.ScramMechanism;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The edits that turn the stored form of one image into that of the next. Pure; used once. */
final class StateEdits {
    private static final byte[] CLUSTER_KEY = utf8("cluster");
    private static final byte[] STOP_LEASE_KEY = utf8("stop-lease");
    private static final byte[] PRODUCER_ID_KEY = utf8("producer-id");
    private static final byte[] BROKER_EPOCH_KEY = utf8("broker-epoch");

    private final MetadataImage before;
    private final MetadataImage after;
    private final MetadataDelta delta;
    private final List<StateEdit> edits = new ArrayList<>();

    private StateEdits(MetadataImage before, MetadataImage.Applied applied) {
        this.before = before;
        this.after = applied.image();
        this.delta = applied.delta();
    }

    static List<StateEdit> between(MetadataImage before, MetadataImage.Applied applied) {
        StateEdits edits = new StateEdits(before, applied);
        edits.scalars();
        edits.features();
        applied.delta().brokers().forEach(edits::broker);
        applied.delta().removedTopics().values().forEach(edits::removed);
        edits.topics();
        applied.delta().configs().forEach(edits::config);
        applied.delta().quotas().forEach(edits::quota);
        applied.delta().scramUsers().forEach(edits::scram);
        applied.delta().acls().forEach(edits::acl);
        return edits.edits;
    }

    private void scalars() {
        if (!after.cluster().equals(before.cluster())) {
            put(Family.CLUSTER, CLUSTER_KEY, ImageRecords.clusterRecord(after.cluster()));
        }
        if (!after.stopLease().equals(before.stopLease())) {
            after.stopLease()
                    .ifPresentOrElse(
                            lease -> put(Family.CLUSTER, STOP_LEASE_KEY, ImageRecords.stopLeaseRecord(lease)),
                            () -> delete(Family.CLUSTER, STOP_LEASE_KEY));
        }
        if (after.nextProducerId() != before.nextProducerId()) {
            put(Family.COUNTERS, PRODUCER_ID_KEY, ImageRecords.producerIdRecord(after.nextProducerId()));
        }
        if (after.nextBrokerEpoch() != before.nextBrokerEpoch()) {
            put(Family.COUNTERS, BROKER_EPOCH_KEY, ImageRecords.brokerEpochRecord(after.nextBrokerEpoch()));
        }
    }

    private void features() {
        before.features().keySet().stream()
                .filter(name -> !after.features().containsKey(name))
                .forEach(name -> delete(Family.FEATURES, utf8(name)));
        after.features().forEach((name, level) -> {
            if (!level.equals(before.features().get(name))) {
                put(Family.FEATURES, utf8(name), ImageRecords.featureRecord(name, level));
            }
        });
    }

    private void broker(int id) {
        byte[] key = ByteBuffer.allocate(Integer.BYTES).putInt(id).array();
        after.broker(id)
                .ifPresentOrElse(
                        broker -> put(Family.BROKERS, key, ImageRecords.brokerRecord(broker)),
                        () -> delete(Family.BROKERS, key));
    }

    private void removed(Topic topic) {
        delete(Family.TOPICS, topic.id().toBytes());
        for (int p = 0; p < topic.partitions().size(); p++) delete(Family.PARTITIONS, partitionKey(topic.id(), p));
    }

    private void topics() {
        for (Uuid id : delta.createdTopics()) {
            after.topic(id).ifPresent(topic -> put(Family.TOPICS, id.toBytes(), ImageRecords.topicRecord(topic)));
        }
        for (PartitionId id : delta.partitions()) {
            after.partition(id)
                    .ifPresent(state -> put(
                            Family.PARTITIONS,
                            partitionKey(id.topicId(), id.partition()),
                            ImageRecords.partitionRecord(id.topicId(), id.partition(), state)));
        }
    }

    private void config(ConfigResource resource) {
        Map<String, String> old = before.config(resource);
        Map<String, String> now = after.config(resource);
        old.keySet().stream()
                .filter(name -> !now.containsKey(name))
                .forEach(name -> delete(Family.CONFIGS, configKey(resource, name)));
        now.forEach((name, value) -> {
            if (!value.equals(old.get(name))) {
                put(Family.CONFIGS, configKey(resource, name), ImageRecords.configRecord(resource, name, value));
            }
        });
    }

    private void quota(QuotaEntity entity) {
        Map<String, Double> old = before.clientQuotas().of(entity);
        Map<String, Double> now = after.clientQuotas().of(entity);
        old.keySet().stream()
                .filter(name -> !now.containsKey(name))
                .forEach(name -> delete(Family.CLIENT_QUOTAS, quotaKey(entity, name)));
        now.forEach((name, value) -> {
            if (!value.equals(old.get(name))) {
                put(Family.CLIENT_QUOTAS, quotaKey(entity, name), ImageRecords.quotaRecord(entity, name, value));
            }
        });
    }

    private void scram(String user) {
        Map<ScramMechanism, ScramCredential> old = before.scram().of(user);
        Map<ScramMechanism, ScramCredential> now = after.scram().of(user);
        old.keySet().stream()
                .filter(mechanism -> !now.containsKey(mechanism))
                .forEach(mechanism -> delete(Family.SCRAM, scramKey(user, mechanism)));
        now.forEach((mechanism, credential) -> {
            if (!credential.equals(old.get(mechanism))) {
                put(Family.SCRAM, scramKey(user, mechanism), ScramCredentials.record(user, mechanism, credential));
            }
        });
    }

    private void acl(Acl acl) {
        if (after.acls().contains(acl)) put(Family.ACLS, aclKey(acl), ImageRecords.aclRecord(acl));
        else delete(Family.ACLS, aclKey(acl));
    }

    private void put(Family family, byte[] key, MetadataRecord value) {
        edits.add(new StateEdit(family, ByteString.copyFrom(key), value));
    }

    private void delete(Family family, byte[] key) {
        edits.add(new StateEdit(family, ByteString.copyFrom(key), null));
    }

    private static byte[] partitionKey(Uuid topicId, int partition) {
        return ByteBuffer.allocate(20).put(topicId.toBytes()).putInt(partition).array();
    }

    /** Type, length of the name, name, key: no two resources share a prefix. */
    private static byte[] configKey(ConfigResource resource, String key) {
        byte[] name = utf8(resource.name());
        byte[] keyBytes = utf8(key);
        return ByteBuffer.allocate(1 + Integer.BYTES + name.length + keyBytes.length)
                .put((byte)
                        switch (resource.type()) {
                            case TOPIC -> 'T';
                            case BROKER -> 'B';
                            case CLIENT_METRICS -> 'M';
                            case GROUP -> 'G';
                        })
                .putInt(name.length)
                .put(name)
                .put(keyBytes)
                .array();
    }

    /** Each name behind its length, -1: none; then the key: no two entities share a prefix. */
    private static byte[] quotaKey(QuotaEntity entity, String key) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Optional<String> name : List.of(entity.user(), entity.clientId(), entity.ip())) {
            byte[] named = utf8(name.orElse(""));
            bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES)
                    .putInt(name.isPresent() ? named.length : -1)
                    .array());
            bytes.writeBytes(named);
        }
        bytes.writeBytes(utf8(key));
        return bytes.toByteArray();
    }

    private static byte[] scramKey(String user, ScramMechanism mechanism) {
        byte[] name = utf8(user);
        return ByteBuffer.allocate(1 + name.length)
                .put((byte) mechanism.getNumber())
                .put(name)
                .array();
    }

    /** The four numbers, then the texts, the first two with their lengths. */
    private static byte[] aclKey(Acl acl) {
        byte[] resource = utf8(acl.resource());
        byte[] principal = utf8(acl.principal().toString());
        byte[] host = utf8(acl.host());
        return ByteBuffer.allocate(4 + 2 * Integer.BYTES + resource.length + principal.length + host.length)
                .put((byte) acl.type().code())
                .put((byte) acl.pattern().code())
                .put((byte) acl.operation().code())
                .put((byte) acl.permission().code())
                .putInt(resource.length)
                .put(resource)
                .putInt(principal.length)
                .put(principal)
                .put(host)
                .array();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
