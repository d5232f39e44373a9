package dev.curia.broker.kafka.api.txn;

import dev.curia.broker.group.GroupCoordinator;
import dev.curia.broker.group.OffsetsTopic;
import dev.curia.broker.group.state.OffsetCommit;
import dev.curia.broker.group.state.TxnOffsetCommit;
import dev.curia.broker.kafka.api.ClusterView;
import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.api.RequestHandler;
import dev.curia.broker.txn.Membership;
import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.metadata.image.MetadataImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData.TxnOffsetCommitResponsePartition;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData.TxnOffsetCommitResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.TxnOffsetCommitRequest;
import org.apache.kafka.common.requests.TxnOffsetCommitResponse;

/** A transaction commits a group's offsets with what it wrote (KIP-98, KIP-447); partitions that don't exist are refused here. */
final class TxnOffsetCommitHandler implements RequestHandler<TxnOffsetCommitRequest> {
    /** From then on the broker makes the group's partition part of the transaction (KIP-890). */
    private static final int FIRST_TO_LEAVE_IT_TO_BROKERS = 5;

    private static final int FIRST_TO_KNOW_ABORTABLE = 4;

    private final Membership membership;
    private final GroupCoordinator groups;
    private final ClusterView cluster;

    TxnOffsetCommitHandler(Membership membership, GroupCoordinator groups, ClusterView cluster) {
        this.membership = membership;
        this.groups = groups;
        this.cluster = cluster;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.TXN_OFFSET_COMMIT;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return FIRST_TO_LEAVE_IT_TO_BROKERS;
    }

    @Override
    public CompletionStage<TxnOffsetCommitResponse> handle(RequestContext context, TxnOffsetCommitRequest request) {
        TxnOffsetCommitRequestData data = request.data();
        MetadataImage image = cluster.image();
        List<OffsetCommit.Offset> offsets = new ArrayList<>();
        for (TxnOffsetCommitRequestTopic topic : data.topics()) {
            for (TxnOffsetCommitRequestPartition p : topic.partitions()) {
                if (exists(image, topic.name(), p.partitionIndex())) offsets.add(offset(topic.name(), p));
            }
        }
        OffsetCommit.Request commit = new OffsetCommit.Request(
                data.groupId(),
                data.generationIdOrMemberEpoch(),
                data.memberId(),
                data.groupInstanceId(),
                OptionalLong.empty(),
                offsets);
        TxnOffsetCommit.Request inTransaction =
                new TxnOffsetCommit.Request(commit, data.producerId(), data.producerEpoch());
        boolean leftToUs = context.version() >= FIRST_TO_LEAVE_IT_TO_BROKERS;
        return (leftToUs ? commitAdded(data, inTransaction) : commitVerified(context.version(), data, inTransaction))
                .thenApply(reply -> answer(data, reply.errors()));
    }

    private CompletableFuture<OffsetCommit.Reply> commitAdded(
            TxnOffsetCommitRequestData data, TxnOffsetCommit.Request request) {
        CompletableFuture<Errors> added = new CompletableFuture<>();
        membership
                .additions()
                .whenAdded(
                        data.transactionalId(),
                        data.producerId(),
                        data.producerEpoch(),
                        partitionOf(data.groupId()),
                        error -> added.complete(known(error)));
        return added.thenCompose(error -> error == Errors.NONE
                ? groups.commitInTransaction(request)
                : CompletableFuture.completedFuture(request.commit().all(error)));
    }

    private CompletableFuture<OffsetCommit.Reply> commitVerified(
            short version, TxnOffsetCommitRequestData data, TxnOffsetCommit.Request request) {
        return groups.commitVerified(
                request,
                () -> membership
                        .verifications()
                        .ask(
                                data.transactionalId(),
                                data.producerId(),
                                data.producerEpoch(),
                                partitionOf(data.groupId()),
                                version >= FIRST_TO_KNOW_ABORTABLE)
                        .thenApply(TxnOffsetCommitHandler::known));
    }

    private TopicPartition partitionOf(String groupId) {
        return new TopicPartition(OffsetsTopic.NAME, groups.topic().partitionFor(groupId));
    }

    /** One that this request knows. */
    private static Errors known(Errors error) {
        return error == Errors.NOT_ENOUGH_REPLICAS ? Errors.COORDINATOR_NOT_AVAILABLE : error;
    }

    private static boolean exists(MetadataImage image, String topic, int partition) {
        return partition >= 0
                && image.topic(topic).flatMap(t -> t.partition(partition)).isPresent();
    }

    private static OffsetCommit.Offset offset(String topic, TxnOffsetCommitRequestPartition p) {
        return new OffsetCommit.Offset(
                new TopicPartition(topic, p.partitionIndex()),
                Uuid.ZERO,
                p.committedOffset(),
                p.committedLeaderEpoch(),
                Objects.requireNonNullElse(p.committedMetadata(), ""));
    }

    private static TxnOffsetCommitResponse answer(TxnOffsetCommitRequestData data, Map<TopicPartition, Errors> errors) {
        TxnOffsetCommitResponseData response = new TxnOffsetCommitResponseData();
        for (TxnOffsetCommitRequestTopic topic : data.topics()) {
            TxnOffsetCommitResponseTopic answer = new TxnOffsetCommitResponseTopic().setName(topic.name());
            for (TxnOffsetCommitRequestPartition p : topic.partitions()) {
                Errors error = p.partitionIndex() < 0
                        ? Errors.UNKNOWN_TOPIC_OR_PARTITION
                        : errors.getOrDefault(
                                new TopicPartition(topic.name(), p.partitionIndex()),
                                Errors.UNKNOWN_TOPIC_OR_PARTITION);
                answer.partitions()
                        .add(new TxnOffsetCommitResponsePartition()
                                .setPartitionIndex(p.partitionIndex())
                                .setErrorCode(error.code()));
            }
            response.topics().add(answer);
        }
        return new TxnOffsetCommitResponse(response);
    }
}
