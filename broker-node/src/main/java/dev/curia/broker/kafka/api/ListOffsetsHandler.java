package dev.curia.broker.kafka.api;

import dev.curia.broker.fetch.DiskReads;
import dev.curia.broker.kafka.codec.Codes;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.Replica;
import dev.curia.replica.Replica.Isolation;
import dev.curia.replica.Replica.OffsetResult;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.apache.kafka.common.requests.ListOffsetsResponse;

/** Finds offsets by time or by meaning: first, next, at the greatest time. Looking a time up may read the disk, so not on the loop. */
public final class ListOffsetsHandler implements RequestHandler<ListOffsetsRequest> {
    private static final List<Long> IN_MEMORY = List.of(
            ListOffsetsRequest.LATEST_TIMESTAMP,
            ListOffsetsRequest.EARLIEST_TIMESTAMP,
            ListOffsetsRequest.EARLIEST_LOCAL_TIMESTAMP);
    private static final List<Long> OF_TIERED_STORAGE =
            List.of(ListOffsetsRequest.LATEST_TIERED_TIMESTAMP, ListOffsetsRequest.EARLIEST_PENDING_UPLOAD_TIMESTAMP);

    /** The special times that not every version knows. */
    private static final Map<Long, Short> FIRST_VERSION_WITH = Map.of(
            ListOffsetsRequest.MAX_TIMESTAMP, (short) 7,
            ListOffsetsRequest.EARLIEST_LOCAL_TIMESTAMP, (short) 8,
            ListOffsetsRequest.LATEST_TIERED_TIMESTAMP, (short) 9,
            ListOffsetsRequest.EARLIEST_PENDING_UPLOAD_TIMESTAMP, (short) 11);

    /** Before it, what is meant is LEADER_NOT_AVAILABLE (KIP-207). */
    private static final short FIRST_WITH_OFFSET_NOT_AVAILABLE = 5;

    /** Older versions cannot say the epoch: the codec refuses to write an answer that has one. */
    private static final short FIRST_WITH_LEADER_EPOCH = 4;

    private final PartitionLookup partitions;
    private final DiskReads disk;

    ListOffsetsHandler(PartitionLookup partitions, DiskReads disk) {
        this.partitions = partitions;
        this.disk = disk;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.LIST_OFFSETS;
    }

    @Override
    public short minVersion() {
        return 1;
    }

    @Override
    public short maxVersion() {
        return 11;
    }

    @Override
    public CompletionStage<ListOffsetsResponse> handle(RequestContext context, ListOffsetsRequest request) {
        boolean onLoop = request.topics().stream()
                .flatMap(topic -> topic.partitions().stream())
                .allMatch(partition ->
                        IN_MEMORY.contains(partition.timestamp()) || OF_TIERED_STORAGE.contains(partition.timestamp()));
        if (onLoop) return CompletableFuture.completedFuture(answer(request));
        CompletableFuture<ListOffsetsResponse> answer = new CompletableFuture<>();
        boolean accepted = disk.offer(() -> {
            try {
                answer.complete(answer(request));
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        if (!accepted) answer.completeExceptionally(Errors.REQUEST_TIMED_OUT.exception("too many reads wait already"));
        return answer;
    }

    private ListOffsetsResponse answer(ListOffsetsRequest request) {
        Isolation isolation = Codes.isolation(request.data().isolationLevel());
        List<ListOffsetsTopicResponse> topics = request.topics().stream()
                .map(topic -> new ListOffsetsTopicResponse()
                        .setName(topic.name())
                        .setPartitions(topic.partitions().stream()
                                .map(partition -> request.duplicatePartitions()
                                                .contains(new TopicPartition(topic.name(), partition.partitionIndex()))
                                        ? failed(partition, Errors.INVALID_REQUEST)
                                        : answer(topic.name(), partition, isolation, request.version()))
                                .toList()))
                .toList();
        return new ListOffsetsResponse(new ListOffsetsResponseData().setTopics(topics));
    }

    private ListOffsetsPartitionResponse answer(
            String topic, ListOffsetsPartition asked, Isolation isolation, short version) {
        PartitionLookup.Found found = partitions.byName(topic, asked.partitionIndex());
        Replica replica = found.replica();
        if (replica == null) return failed(asked, found.error());
        if (version < FIRST_VERSION_WITH.getOrDefault(asked.timestamp(), (short) 0)) {
            return failed(asked, Errors.UNSUPPORTED_VERSION);
        }
        OptionalInt epoch =
                asked.currentLeaderEpoch() < 0 ? OptionalInt.empty() : OptionalInt.of(asked.currentLeaderEpoch());
        boolean tiered = OF_TIERED_STORAGE.contains(asked.timestamp());
        OffsetResult result = replica.offsetForTime(
                tiered ? ListOffsetsRequest.EARLIEST_TIMESTAMP : asked.timestamp(), isolation, epoch);
        if (result.error() == ErrorCode.OFFSET_NOT_AVAILABLE && version < FIRST_WITH_OFFSET_NOT_AVAILABLE) {
            return failed(asked, Errors.LEADER_NOT_AVAILABLE);
        }
        // Nothing is ever in tiered storage; who leads the partition says so.
        if (tiered && result.error() == ErrorCode.NONE) return failed(asked, Errors.NONE);
        ListOffsetsPartitionResponse answer = new ListOffsetsPartitionResponse()
                .setPartitionIndex(asked.partitionIndex())
                .setErrorCode(Codes.number(result.error()))
                .setOffset(result.offset())
                .setTimestamp(result.timestampMs());
        return version < FIRST_WITH_LEADER_EPOCH ? answer : answer.setLeaderEpoch(result.leaderEpoch());
    }

    private static ListOffsetsPartitionResponse failed(ListOffsetsPartition asked, Errors error) {
        return new ListOffsetsPartitionResponse()
                .setPartitionIndex(asked.partitionIndex())
                .setErrorCode(error.code())
                .setOffset(ListOffsetsResponse.UNKNOWN_OFFSET)
                .setTimestamp(ListOffsetsResponse.UNKNOWN_TIMESTAMP);
    }
}
