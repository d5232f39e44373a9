package dev.curia.broker.kafka.api;

import dev.curia.broker.kafka.codec.Codes;
import dev.curia.metadata.image.Topic;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.Replica;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DeleteRecordsRequest;
import org.apache.kafka.common.requests.DeleteRecordsResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes the oldest records of partitions, up to an offset each (KIP-107). The protocol has no room for why one was refused. */
public final class DeleteRecordsHandler implements RequestHandler<DeleteRecordsRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(DeleteRecordsHandler.class);

    private final PartitionLookup partitions;

    DeleteRecordsHandler(PartitionLookup partitions) {
        this.partitions = partitions;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.DELETE_RECORDS;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 2;
    }

    @Override
    public CompletionStage<DeleteRecordsResponse> handle(RequestContext context, DeleteRecordsRequest request) {
        Duration timeout = Duration.ofMillis(Math.max(0, request.data().timeoutMs()));
        DeleteRecordsResponseData data = new DeleteRecordsResponseData();
        List<CompletableFuture<?>> underWay = new ArrayList<>();
        for (DeleteRecordsTopic topic : request.data().topics()) {
            DeleteRecordsTopicResult result = new DeleteRecordsTopicResult().setName(topic.name());
            data.topics().add(result);
            for (DeleteRecordsPartition partition : topic.partitions()) {
                DeleteRecordsPartitionResult answer =
                        new DeleteRecordsPartitionResult().setPartitionIndex(partition.partitionIndex());
                result.partitions().add(answer);
                underWay.add(delete(topic.name(), partition, timeout, answer));
            }
        }
        return CompletableFuture.allOf(underWay.toArray(CompletableFuture[]::new))
                .thenApply(all -> new DeleteRecordsResponse(data));
    }

    private CompletableFuture<?> delete(
            String topic, DeleteRecordsPartition asked, Duration timeout, DeleteRecordsPartitionResult answer) {
        PartitionLookup.Found found = partitions.byName(topic, asked.partitionIndex());
        boolean internal = found.topic().map(Topic::internal).orElse(false);
        Replica replica = found.replica();
        if (internal || replica == null) {
            fail(answer, internal ? Errors.INVALID_TOPIC_EXCEPTION : found.error());
            return CompletableFuture.completedFuture(null);
        }
        return replica.deleteRecords(asked.offset(), timeout).thenAccept(result -> {
            if (result.error() == ErrorCode.NONE) {
                answer.setLowWatermark(result.lowWatermark());
            } else {
                LOG.info("records of {} are not deleted: {} {}", replica.name(), result.error(), result.message());
                fail(answer, Codes.errors(result.error()));
            }
        });
    }

    private static void fail(DeleteRecordsPartitionResult answer, Errors error) {
        answer.setErrorCode(error.code()).setLowWatermark(DeleteRecordsResponse.INVALID_LOW_WATERMARK);
    }
}
