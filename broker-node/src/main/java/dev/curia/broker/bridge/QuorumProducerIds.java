package dev.curia.broker.bridge;

import dev.curia.broker.kafka.api.ProducerIdBlocks;
import dev.curia.metadata.client.QuorumClient;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.metadata.v1.AllocateProducerIdsRequest;
import dev.curia.proto.metadata.v1.AllocateProducerIdsResponse;
import dev.curia.replica.port.LocalBroker;
import java.util.concurrent.CompletableFuture;

/** Gets blocks of producer ids from the controller. Thread-safe. */
public final class QuorumProducerIds implements ProducerIdBlocks {
    private final QuorumClient quorum;
    private final LocalBroker self;

    public QuorumProducerIds(QuorumClient quorum, LocalBroker self) {
        this.quorum = quorum;
        this.self = self;
    }

    @Override
    public CompletableFuture<Block> next() {
        return quorum.allocateProducerIds(AllocateProducerIdsRequest.newBuilder()
                        .setBrokerId(self.id())
                        .setBrokerEpoch(self.brokerEpoch().getAsLong())
                        .build())
                .thenApply(QuorumProducerIds::block);
    }

    private static Block block(AllocateProducerIdsResponse response) {
        if (response.getStatus().getCode() != ErrorCode.NONE) {
            throw new IllegalStateException(
                    "no producer ids: " + response.getStatus().getMessage());
        }
        return new Block(response.getFirstProducerId(), response.getCount());
    }
}
