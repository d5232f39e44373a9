package dev.curia.broker.kafka.api;

import dev.curia.broker.fetch.DiskReads;
import dev.curia.broker.kafka.api.LogDirs.Held;
import dev.curia.broker.kafka.api.LogDirs.LogDir;
import dev.curia.common.id.TopicPartition;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeLogDirsRequest;
import org.apache.kafka.common.requests.DescribeLogDirsResponse;

/** Says how much each partition takes of each log directory, and how much room is left (KIP-113, KIP-827). */
public final class DescribeLogDirsHandler implements RequestHandler<DescribeLogDirsRequest> {
    private final LogDirs logDirs;
    private final DiskReads disk;

    DescribeLogDirsHandler(LogDirs logDirs, DiskReads disk) {
        this.logDirs = logDirs;
        this.disk = disk;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.DESCRIBE_LOG_DIRS;
    }

    @Override
    public short minVersion() {
        return 1;
    }

    @Override
    public short maxVersion() {
        return 5;
    }

    @Override
    public CompletionStage<DescribeLogDirsResponse> handle(RequestContext context, DescribeLogDirsRequest request) {
        CompletableFuture<DescribeLogDirsResponse> answer = new CompletableFuture<>();
        boolean accepted = disk.offer(() -> {
            try {
                answer.complete(answer(request.data()));
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        if (!accepted) answer.completeExceptionally(Errors.REQUEST_TIMED_OUT.exception("too many reads wait already"));
        return answer;
    }

    private DescribeLogDirsResponse answer(DescribeLogDirsRequestData request) {
        Predicate<Held> wanted = wanted(request);
        return new DescribeLogDirsResponse(new DescribeLogDirsResponseData()
                .setResults(logDirs.describe().stream()
                        .map(directory -> result(directory, wanted))
                        .toList()));
    }

    /** No topics at all means all of them. */
    private static Predicate<Held> wanted(DescribeLogDirsRequestData request) {
        if (request.topics() == null) return held -> true;
        Set<TopicPartition> partitions = request.topics().stream()
                .flatMap(topic -> topic.partitions().stream()
                        .filter(partition -> partition >= 0)
                        .map(partition -> new TopicPartition(topic.topic(), partition)))
                .collect(Collectors.toSet());
        return held -> partitions.contains(held.partition());
    }

    private static DescribeLogDirsResult result(LogDir directory, Predicate<Held> wanted) {
        DescribeLogDirsResult result = new DescribeLogDirsResult()
                .setLogDir(directory.path())
                .setTotalBytes(directory.totalBytes())
                .setUsableBytes(directory.usableBytes());
        if (!directory.online()) return result.setErrorCode(Errors.KAFKA_STORAGE_ERROR.code());
        TreeMap<String, List<Held>> byTopic = directory.partitions().stream()
                .filter(wanted)
                .collect(Collectors.groupingBy(held -> held.partition().topic(), TreeMap::new, Collectors.toList()));
        return result.setTopics(byTopic.entrySet().stream()
                .map(topic -> new DescribeLogDirsTopic()
                        .setName(topic.getKey())
                        .setPartitions(topic.getValue().stream()
                                .sorted(Comparator.comparing(
                                        held -> held.partition().partition()))
                                .map(DescribeLogDirsHandler::partition)
                                .toList()))
                .toList());
    }

    /** The lag of a log in service is that behind the watermark as this replica knows it, which never is ahead of the log. */
    private static DescribeLogDirsPartition partition(Held held) {
        return new DescribeLogDirsPartition()
                .setPartitionIndex(held.partition().partition())
                .setPartitionSize(held.sizeInBytes())
                .setOffsetLag(held.offsetLag())
                .setIsFutureKey(held.future());
    }
}
