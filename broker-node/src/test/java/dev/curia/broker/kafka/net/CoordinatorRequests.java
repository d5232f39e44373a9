package dev.curia.broker.kafka.net;

import dev.curia.broker.kafka.codec.Codes;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** A request of each kind, also of those for coordinators, which need not succeed: that of nobody in particular for group g, transaction x, topic t. */
final class CoordinatorRequests {
    private CoordinatorRequests() {}

    static ApiMessage of(ApiKeys api, short version, TestBroker broker) {
        return switch (api) {
            case FIND_COORDINATOR ->
                version < 4
                        ? new FindCoordinatorRequestData().setKey("g")
                        : new FindCoordinatorRequestData().setCoordinatorKeys(List.of("g"));
            case JOIN_GROUP -> {
                var protocols = new JoinGroupRequestData.JoinGroupRequestProtocolCollection();
                protocols.add(new JoinGroupRequestData.JoinGroupRequestProtocol().setName("range"));
                yield new JoinGroupRequestData()
                        .setGroupId("g")
                        .setMemberId("m")
                        .setProtocolType("consumer")
                        .setSessionTimeoutMs(10_000)
                        .setProtocols(protocols);
            }
            case SYNC_GROUP ->
                version < 5
                        ? new SyncGroupRequestData().setGroupId("g").setMemberId("m")
                        : new SyncGroupRequestData()
                                .setGroupId("g")
                                .setMemberId("m")
                                .setProtocolType("consumer")
                                .setProtocolName("range");
            case HEARTBEAT -> new HeartbeatRequestData().setGroupId("g").setMemberId("m");
            case LEAVE_GROUP ->
                version < 3
                        ? new LeaveGroupRequestData().setGroupId("g").setMemberId("m")
                        : new LeaveGroupRequestData().setGroupId("g");
            case OFFSET_COMMIT -> {
                var topic = new OffsetCommitRequestData.OffsetCommitRequestTopic()
                        .setPartitions(List.of(new OffsetCommitRequestData.OffsetCommitRequestPartition()));
                if (version < 10) topic.setName("t");
                else topic.setTopicId(id(broker));
                yield new OffsetCommitRequestData().setGroupId("g").setTopics(List.of(topic));
            }
            case OFFSET_FETCH ->
                version < 8
                        ? new OffsetFetchRequestData()
                                .setGroupId("g")
                                .setTopics(List.of(new OffsetFetchRequestData.OffsetFetchRequestTopic()
                                        .setName("t")
                                        .setPartitionIndexes(List.of(0))))
                        : new OffsetFetchRequestData()
                                .setGroups(
                                        List.of(new OffsetFetchRequestData.OffsetFetchRequestGroup().setGroupId("g")));
            case OFFSET_DELETE -> new OffsetDeleteRequestData().setGroupId("g");
            case DESCRIBE_GROUPS -> new DescribeGroupsRequestData().setGroups(List.of("g"));
            case LIST_GROUPS -> new ListGroupsRequestData();
            case DELETE_GROUPS -> new DeleteGroupsRequestData().setGroupsNames(List.of("g"));
            case CONSUMER_GROUP_HEARTBEAT ->
                new ConsumerGroupHeartbeatRequestData().setGroupId("g").setMemberId("m");
            case CONSUMER_GROUP_DESCRIBE -> new ConsumerGroupDescribeRequestData().setGroupIds(List.of("g"));
            default -> ofTransactions(api, version, broker);
        };
    }

    private static ApiMessage ofTransactions(ApiKeys api, short version, TestBroker broker) {
        return switch (api) {
            case ADD_PARTITIONS_TO_TXN -> {
                var topics = new AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection();
                topics.add(new AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic()
                        .setName("t")
                        .setPartitions(List.of(0)));
                yield new AddPartitionsToTxnRequestData()
                        .setV3AndBelowTransactionalId("x")
                        .setV3AndBelowTopics(topics);
            }
            case ADD_OFFSETS_TO_TXN ->
                new AddOffsetsToTxnRequestData().setTransactionalId("x").setGroupId("g");
            case END_TXN -> new EndTxnRequestData().setTransactionalId("x");
            case TXN_OFFSET_COMMIT -> {
                var topic = new TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic()
                        .setPartitions(List.of(new TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition()));
                if (version < 6) topic.setName("t");
                else topic.setTopicId(id(broker));
                yield new TxnOffsetCommitRequestData()
                        .setTransactionalId("x")
                        .setGroupId("g")
                        .setTopics(List.of(topic));
            }
            case WRITE_TXN_MARKERS ->
                new WriteTxnMarkersRequestData()
                        .setMarkers(List.of(new WriteTxnMarkersRequestData.WritableTxnMarker()
                                .setProducerId(1)
                                .setTopics(List.of(new WriteTxnMarkersRequestData.WritableTxnMarkerTopic()
                                        .setName("t")
                                        .setPartitionIndexes(List.of(0))))));
            case DESCRIBE_TRANSACTIONS -> new DescribeTransactionsRequestData().setTransactionalIds(List.of("x"));
            case LIST_TRANSACTIONS -> new ListTransactionsRequestData();
            default -> GoodRequests.of(api, version, broker);
        };
    }

    private static Uuid id(TestBroker broker) {
        return Codes.kafka(broker.image().topic("t").orElseThrow().id());
    }
}
