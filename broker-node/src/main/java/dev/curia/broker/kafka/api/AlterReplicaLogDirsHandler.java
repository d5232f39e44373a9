package dev.curia.broker.kafka.api;

import dev.curia.broker.kafka.codec.Codes;
import dev.curia.common.id.TopicPartition;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData.AlterReplicaLogDir;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData.AlterReplicaLogDirTopic;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData.AlterReplicaLogDirPartitionResult;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData.AlterReplicaLogDirTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AlterReplicaLogDirsRequest;
import org.apache.kafka.common.requests.AlterReplicaLogDirsResponse;

/**
 * Begins to move replicas of this broker to others of its log directories (KIP-113). Every partition has its own outcome; how far a move has come
 * is told by {@link DescribeLogDirsHandler}.
 */
public final class AlterReplicaLogDirsHandler implements RequestHandler<AlterReplicaLogDirsRequest> {
    private final LogDirs logDirs;

    AlterReplicaLogDirsHandler(LogDirs logDirs) {
        this.logDirs = logDirs;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.ALTER_REPLICA_LOG_DIRS;
    }

    @Override
    public short minVersion() {
        return 1;
    }

    @Override
    public short maxVersion() {
        return 2;
    }

    @Override
    public CompletionStage<AlterReplicaLogDirsResponse> handle(
            RequestContext context, AlterReplicaLogDirsRequest request) {
        Map<String, AlterReplicaLogDirTopicResult> results = new LinkedHashMap<>();
        for (AlterReplicaLogDir directory : request.data().dirs()) {
            for (AlterReplicaLogDirTopic topic : directory.topics()) {
                for (int partition : topic.partitions()) {
                    results.computeIfAbsent(
                                    topic.name(), name -> new AlterReplicaLogDirTopicResult().setTopicName(name))
                            .partitions()
                            .add(new AlterReplicaLogDirPartitionResult()
                                    .setPartitionIndex(partition)
                                    .setErrorCode(move(topic.name(), partition, directory.path())));
                }
            }
        }
        return CompletableFuture.completedFuture(new AlterReplicaLogDirsResponse(
                new AlterReplicaLogDirsResponseData().setResults(List.copyOf(results.values()))));
    }

    private short move(String topic, int partition, String directory) {
        try {
            return Codes.number(logDirs.move(new TopicPartition(topic, partition), directory));
        } catch (IllegalArgumentException e) {
            // No topic or partition of that name can be.
            return Errors.UNKNOWN_TOPIC_OR_PARTITION.code();
        }
    }
}
