package dev.curia.broker.kafka.api;

import dev.curia.broker.kafka.codec.Codes;
import dev.curia.replica.Replica;
import dev.curia.replica.Replica.EpochResult;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.OffsetsForLeaderEpochRequest;
import org.apache.kafka.common.requests.OffsetsForLeaderEpochResponse;

/** Says where leader epochs end, so that a reader finds out that what it read was truncated (KIP-101, KIP-320). */
public final class OffsetForLeaderEpochHandler implements RequestHandler<OffsetsForLeaderEpochRequest> {
    private final PartitionLookup partitions;

    OffsetForLeaderEpochHandler(PartitionLookup partitions) {
        this.partitions = partitions;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.OFFSET_FOR_LEADER_EPOCH;
    }

    @Override
    public short minVersion() {
        return 2;
    }

    @Override
    public short maxVersion() {
        return 4;
    }

    @Override
    public CompletionStage<OffsetsForLeaderEpochResponse> handle(
            RequestContext context, OffsetsForLeaderEpochRequest request) {
        OffsetForLeaderEpochResponseData data = new OffsetForLeaderEpochResponseData();
        request.data()
                .topics()
                .forEach(topic -> data.topics()
                        .add(new OffsetForLeaderTopicResult()
                                .setTopic(topic.topic())
                                .setPartitions(topic.partitions().stream()
                                        .map(partition -> answer(topic.topic(), partition))
                                        .toList())));
        return CompletableFuture.completedFuture(new OffsetsForLeaderEpochResponse(data));
    }

    private EpochEndOffset answer(String topic, OffsetForLeaderPartition asked) {
        PartitionLookup.Found found = partitions.byName(topic, asked.partition());
        EpochEndOffset answer = new EpochEndOffset().setPartition(asked.partition());
        Replica replica = found.replica();
        if (replica == null) return answer.setErrorCode(found.error().code());
        OptionalInt current =
                asked.currentLeaderEpoch() < 0 ? OptionalInt.empty() : OptionalInt.of(asked.currentLeaderEpoch());
        EpochResult result = replica.endOffsetForEpoch(asked.leaderEpoch(), current);
        return answer.setErrorCode(Codes.number(result.error()))
                .setLeaderEpoch(result.leaderEpoch())
                .setEndOffset(result.endOffset());
    }
}
