package dev.curia.broker.kafka.api.txn;

import dev.curia.broker.group.GroupCoordinator;
import dev.curia.broker.group.OffsetsTopic;
import dev.curia.broker.group.state.OffsetCommit;
import dev.curia.broker.group.state.TxnOffsetCommit;
import dev.curia.broker.kafka.api.ClusterView;
import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.api.RequestHandler;
import dev.curia.broker.kafka.codec.Codes;
import dev.curia.broker.txn.Membership;
import dev.curia.common.id.TopicPartition;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Uuid;
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

/**
 * A transaction commits a group's offsets with what it wrote (KIP-98, KIP-447); partitions that don't exist are refused here. Since version 6
 * topics are named by their ids (KIP-1319).
 */
final class TxnOffsetCommitHandler implements RequestHandler<TxnOffsetCommitRequest> {
    /** From then on the broker makes the group's partition part of the transaction (KIP-890). */
    private static final int FIRST_TO_LEAVE_IT_TO_BROKERS = 5;

    private static final int FIRST_TO_KNOW_ABORTABLE = 4;

    /** And the first to know errors of KIP-848. */
    private static final short BY_TOPIC_ID = 6;

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
        return BY_TOPIC_ID;
    }

    @Override
    public CompletionStage<TxnOffsetCommitResponse> handle(RequestContext context, TxnOffsetCommitRequest request) {
        TxnOffsetCommitRequestData data = request.data();
        MetadataImage image = cluster.image();
        List<OffsetCommit.Offset> offsets = new ArrayList<>();
        for (TxnOffsetCommitRequestTopic topic : data.topics()) {
            for (TxnOffsetCommitRequestPartition p : topic.partitions()) {
                topic(image, topic)
                        .filter(t -> t.partition(p.partitionIndex()).isPresent())
                        .ifPresent(t -> offsets.add(offset(t, topic.topicId(), p)));
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
                .thenApply(reply -> answer(context.version(), image, data, reply.errors()));
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

    private static Optional<Topic> topic(MetadataImage image, TxnOffsetCommitRequestTopic topic) {
        return topic.topicId().equals(Uuid.ZERO_UUID)
                ? image.topic(topic.name())
                : image.topic(Codes.uuid(topic.topicId()));
    }

    private static OffsetCommit.Offset offset(Topic topic, Uuid namedBy, TxnOffsetCommitRequestPartition p) {
        return new OffsetCommit.Offset(
                new TopicPartition(topic.name(), p.partitionIndex()),
                Codes.uuid(namedBy),
                p.committedOffset(),
                p.committedLeaderEpoch(),
                Objects.requireNonNullElse(p.committedMetadata(), ""));
    }

    /** To a client of old they would be the end: it gets the error that it has learnt to deal with. */
    private static Errors forClient(Errors error, short version) {
        boolean unknown = error == Errors.STALE_MEMBER_EPOCH || error == Errors.GROUP_ID_NOT_FOUND;
        return unknown && version < BY_TOPIC_ID ? Errors.ILLEGAL_GENERATION : error;
    }

    private static TxnOffsetCommitResponse answer(
            short version, MetadataImage image, TxnOffsetCommitRequestData data, Map<TopicPartition, Errors> errors) {
        TxnOffsetCommitResponseData response = new TxnOffsetCommitResponseData();
        for (TxnOffsetCommitRequestTopic asked : data.topics()) {
            Optional<Topic> topic = topic(image, asked);
            Errors missing = version >= BY_TOPIC_ID && topic.isEmpty()
                    ? Errors.UNKNOWN_TOPIC_ID
                    : Errors.UNKNOWN_TOPIC_OR_PARTITION;
            TxnOffsetCommitResponseTopic answer =
                    new TxnOffsetCommitResponseTopic().setName(asked.name()).setTopicId(asked.topicId());
            for (TxnOffsetCommitRequestPartition p : asked.partitions()) {
                Errors error = topic.filter(t -> p.partitionIndex() >= 0)
                        .map(t -> errors.get(new TopicPartition(t.name(), p.partitionIndex())))
                        .map(its -> forClient(its, version))
                        .orElse(missing);
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
