package dev.curia.broker.kafka.guard;

import static dev.curia.common.security.Operation.DESCRIBE;
import static dev.curia.common.security.Operation.IDEMPOTENT_WRITE;
import static dev.curia.common.security.Operation.READ;
import static dev.curia.common.security.Operation.WRITE;
import static dev.curia.common.security.ResourceType.CLUSTER;
import static dev.curia.common.security.ResourceType.GROUP;
import static dev.curia.common.security.ResourceType.THE_CLUSTER;
import static dev.curia.common.security.ResourceType.TOPIC;
import static dev.curia.common.security.ResourceType.TRANSACTIONAL_ID;

import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.guard.Guard.Verdict;
import dev.curia.metadata.acl.Access;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnPartitionResult;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnTopicResult;
import org.apache.kafka.common.message.DescribeTransactionsResponseData.TransactionState;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData.TxnOffsetCommitResponsePartition;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData.TxnOffsetCommitResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AddOffsetsToTxnRequest;
import org.apache.kafka.common.requests.AddOffsetsToTxnResponse;
import org.apache.kafka.common.requests.AddPartitionsToTxnRequest;
import org.apache.kafka.common.requests.AddPartitionsToTxnResponse;
import org.apache.kafka.common.requests.DescribeTransactionsRequest;
import org.apache.kafka.common.requests.DescribeTransactionsResponse;
import org.apache.kafka.common.requests.EndTxnRequest;
import org.apache.kafka.common.requests.EndTxnResponse;
import org.apache.kafka.common.requests.InitProducerIdRequest;
import org.apache.kafka.common.requests.InitProducerIdResponse;
import org.apache.kafka.common.requests.ListTransactionsRequest;
import org.apache.kafka.common.requests.ListTransactionsResponse;
import org.apache.kafka.common.requests.TxnOffsetCommitRequest;
import org.apache.kafka.common.requests.TxnOffsetCommitResponse;

/** Of idempotent and transactional producers. */
final class TransactionGuards {
    private final NamedTopics topics;

    TransactionGuards(NamedTopics topics) {
        this.topics = topics;
    }

    void addTo(Map<ApiKeys, Guard<?, ?>> guards) {
        Guard<InitProducerIdRequest, InitProducerIdResponse> init = TransactionGuards::init;
        Guard<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse> partitions = TransactionGuards::addPartitions;
        Guard<AddOffsetsToTxnRequest, AddOffsetsToTxnResponse> offsets = TransactionGuards::addOffsets;
        Guard<EndTxnRequest, EndTxnResponse> end = TransactionGuards::end;
        Guard<TxnOffsetCommitRequest, TxnOffsetCommitResponse> commit = this::commit;
        Guard<DescribeTransactionsRequest, DescribeTransactionsResponse> describe = TransactionGuards::describe;
        Guard<ListTransactionsRequest, ListTransactionsResponse> list = TransactionGuards::list;
        guards.put(ApiKeys.INIT_PRODUCER_ID, init);
        guards.put(ApiKeys.ADD_PARTITIONS_TO_TXN, partitions);
        guards.put(ApiKeys.ADD_OFFSETS_TO_TXN, offsets);
        guards.put(ApiKeys.END_TXN, end);
        guards.put(ApiKeys.TXN_OFFSET_COMMIT, commit);
        guards.put(ApiKeys.DESCRIBE_TRANSACTIONS, describe);
        guards.put(ApiKeys.LIST_TRANSACTIONS, list);
    }

    private static void requireWrite(Access access, String transactionalId) {
        if (!access.may(WRITE, TRANSACTIONAL_ID, transactionalId)) {
            throw Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED.exception();
        }
    }

    private static void requireRead(Access access, String groupId) {
        if (!access.may(READ, GROUP, groupId)) throw Errors.GROUP_AUTHORIZATION_FAILED.exception();
    }

    /** Who may write to some topic may do so idempotently (KIP-679). */
    private static Verdict<InitProducerIdResponse> init(
            Access access, InitProducerIdRequest request, RequestContext context) {
        String transactionalId = request.data().transactionalId();
        if (transactionalId != null) requireWrite(access, transactionalId);
        else {
            boolean may = access.sees(IDEMPOTENT_WRITE, CLUSTER, THE_CLUSTER)
                    || access.maySomewhere(WRITE, TOPIC)
                    || access.may(IDEMPOTENT_WRITE);
            if (!may) throw Errors.CLUSTER_AUTHORIZATION_FAILED.exception();
        }
        return Verdict.allowed();
    }

    /** All partitions are added, or none. */
    private static Verdict<AddPartitionsToTxnResponse> addPartitions(
            Access access, AddPartitionsToTxnRequest request, RequestContext context) {
        requireWrite(access, request.data().v3AndBelowTransactionalId());
        AddPartitionsToTxnTopicCollection topics = request.data().v3AndBelowTopics();
        Set<String> refused = new HashSet<>();
        for (AddPartitionsToTxnTopic topic : topics) {
            if (!access.may(WRITE, TOPIC, topic.name())) refused.add(topic.name());
        }
        if (refused.isEmpty()) return Verdict.allowed();
        AddPartitionsToTxnResponseData data = new AddPartitionsToTxnResponseData();
        for (AddPartitionsToTxnTopic topic : topics) {
            Errors error =
                    refused.contains(topic.name()) ? Errors.TOPIC_AUTHORIZATION_FAILED : Errors.OPERATION_NOT_ATTEMPTED;
            AddPartitionsToTxnTopicResult result = new AddPartitionsToTxnTopicResult().setName(topic.name());
            topic.partitions()
                    .forEach(partition -> result.resultsByPartition()
                            .add(new AddPartitionsToTxnPartitionResult()
                                    .setPartitionIndex(partition)
                                    .setPartitionErrorCode(error.code())));
            data.resultsByTopicV3AndBelow().add(result);
        }
        return new Verdict.Answer<>(new AddPartitionsToTxnResponse(data));
    }

    private static Verdict<AddOffsetsToTxnResponse> addOffsets(
            Access access, AddOffsetsToTxnRequest request, RequestContext context) {
        requireWrite(access, request.data().transactionalId());
        requireRead(access, request.data().groupId());
        return Verdict.allowed();
    }

    private static Verdict<EndTxnResponse> end(Access access, EndTxnRequest request, RequestContext context) {
        requireWrite(access, request.data().transactionalId());
        return Verdict.allowed();
    }

    private Verdict<TxnOffsetCommitResponse> commit(
            Access access, TxnOffsetCommitRequest request, RequestContext context) {
        requireWrite(access, request.data().transactionalId());
        requireRead(access, request.data().groupId());
        List<TxnOffsetCommitRequestTopic> refused = Items.refused(
                request.data().topics(),
                topic -> topics.allowed(topic.name(), topic.topicId(), name -> access.may(READ, TOPIC, name)));
        return Verdict.allowed(answer -> {
            refused.forEach(topic -> answer.data()
                    .topics()
                    .add(new TxnOffsetCommitResponseTopic()
                            .setName(topic.name())
                            .setTopicId(topic.topicId())
                            .setPartitions(Items.map(
                                    topic.partitions(),
                                    partition -> new TxnOffsetCommitResponsePartition()
                                            .setPartitionIndex(partition.partitionIndex())
                                            .setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code())))));
            return answer;
        });
    }

    /** Without the topics that the caller may not see. */
    private static Verdict<DescribeTransactionsResponse> describe(
            Access access, DescribeTransactionsRequest request, RequestContext context) {
        List<String> refused =
                Items.refused(request.data().transactionalIds(), id -> access.may(DESCRIBE, TRANSACTIONAL_ID, id));
        List<TransactionState> refusals = Items.map(
                refused,
                id -> new TransactionState()
                        .setTransactionalId(id)
                        .setErrorCode(Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED.code()));
        return Verdict.allowed(answer -> {
            answer.data()
                    .transactionStates()
                    .forEach(state -> state.topics().removeIf(topic -> !access.sees(DESCRIBE, TOPIC, topic.topic())));
            answer.data().setTransactionStates(Items.and(answer.data().transactionStates(), refusals));
            return answer;
        });
    }

    private static Verdict<ListTransactionsResponse> list(
            Access access, ListTransactionsRequest request, RequestContext context) {
        return Verdict.allowed(answer -> {
            answer.data()
                    .setTransactionStates(answer.data().transactionStates().stream()
                            .filter(state -> access.sees(DESCRIBE, TRANSACTIONAL_ID, state.transactionalId()))
                            .toList());
            return answer;
        });
    }
}
