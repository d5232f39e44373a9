package dev.curia.metadata.decide;

import dev.curia.common.id.PartitionId;
import dev.curia.metadata.image.BrokerRegistration;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.proto.metadata.v1.BrokerFencingRecord;
import dev.curia.proto.metadata.v1.BrokerSet;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.proto.metadata.v1.PartitionChangeRecord;
import java.util.List;

/** Builds the records that several decisions share. */
final class Records {
    private static final int FIELD_BYTES = 6; // tag and length of a record in a batch

    private Records() {}

    /** What a record takes in a batch. */
    static int bytes(MetadataRecord record) {
        return record.getSerializedSize() + FIELD_BYTES;
    }

    static MetadataRecord fencing(BrokerRegistration broker, boolean fenced, Cause cause) {
        return MetadataRecord.newBuilder()
                .setBrokerFencing(BrokerFencingRecord.newBuilder()
                        .setBrokerId(broker.id())
                        .setBrokerEpoch(broker.epoch())
                        .setFenced(fenced)
                        .setCause(cause.text())
                        .setCauseKind(cause.kind()))
                .build();
    }

    static PartitionChangeRecord.Builder change(PartitionId id, Cause cause) {
        return PartitionChangeRecord.newBuilder()
                .setTopicId(ImageRecords.bytes(id.topicId()))
                .setPartition(id.partition())
                .setCause(cause.text())
                .setCauseKind(cause.kind());
    }

    static MetadataRecord record(PartitionChangeRecord.Builder change) {
        return MetadataRecord.newBuilder().setPartitionChange(change).build();
    }

    static BrokerSet brokers(List<Integer> ids) {
        return BrokerSet.newBuilder().addAllIds(ids).build();
    }
}
