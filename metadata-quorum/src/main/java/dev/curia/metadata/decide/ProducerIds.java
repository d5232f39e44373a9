package dev.curia.metadata.decide;

import dev.curia.metadata.image.MetadataImage;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import dev.curia.proto.metadata.v1.AllocateProducerIdsRequest;
import dev.curia.proto.metadata.v1.AllocateProducerIdsResponse;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.proto.metadata.v1.ProducerIdBlockRecord;
import java.util.List;

/** Hands out producer ids in blocks, each id once for ever. A block whose reply is lost is lost; ids are plenty. */
public final class ProducerIds {
    public static final int BLOCK = 1000;

    private ProducerIds() {}

    public static Decision<AllocateProducerIdsResponse> allocate(
            MetadataImage image, AllocateProducerIdsRequest request) {
        Status sender = BrokerDecisions.checkEpoch(image, request.getBrokerId(), request.getBrokerEpoch());
        if (!Statuses.isOk(sender)) return refused(sender);
        long first = image.nextProducerId();
        if (first > Long.MAX_VALUE - BLOCK) {
            return refused(Statuses.error(
                    ErrorCode.UNKNOWN_SERVER_ERROR, "All producer ids are used up: the next would be " + first + "."));
        }
        return Decision.of(
                List.of(MetadataRecord.newBuilder()
                        .setProducerIdBlock(ProducerIdBlockRecord.newBuilder()
                                .setBrokerId(request.getBrokerId())
                                .setBrokerEpoch(request.getBrokerEpoch())
                                .setNextProducerId(first + BLOCK))
                        .build()),
                AllocateProducerIdsResponse.newBuilder()
                        .setFirstProducerId(first)
                        .setCount(BLOCK)
                        .build());
    }

    private static Decision<AllocateProducerIdsResponse> refused(Status status) {
        return Decision.answer(
                AllocateProducerIdsResponse.newBuilder().setStatus(status).build());
    }
}
