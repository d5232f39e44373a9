package dev.curia.system;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.CreateAclsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.DeleteAclsRequestData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DescribeAclsRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourceType;

/** One plain request of each kind about a topic that exists, in any version. */
final class ExampleRequests {
    private static final String GROUP = "example-group";
    private static final int TIMEOUT_MS = 10_000;

    private final Map<ApiKeys, Function<Short, ApiMessage>> examples = new EnumMap<>(ApiKeys.class);
    private final String topic;
    private final Uuid topicId;

    ExampleRequests(String topic, Uuid topicId) {
        this.topic = topic;
        this.topicId = topicId;
        addData();
        addTopics();
        addClients();
        addPartitions();
        addReassignments();
        addConfigs();
        addAcls();
        addGroups();
        addTransactions();
    }

    ApiMessage of(ApiKeys api, short version) {
        Function<Short, ApiMessage> example = examples.get(api);
        if (example == null) throw new AssertionError("no example of " + api + ": add one");
        return example.apply(version);
    }

    private void addData() {
        examples.put(ApiKeys.PRODUCE, version -> {
            var data = new ProduceRequestData().setAcks((short) -1).setTimeoutMs(TIMEOUT_MS);
            data.topicData()
                    .add(new ProduceRequestData.TopicProduceData()
                            .setName(topic)
                            .setTopicId(topicId)
                            .setPartitionData(List.of(new ProduceRequestData.PartitionProduceData()
                                    .setIndex(0)
                                    .setRecords(MemoryRecords.withRecords(
                                            Compression.NONE, new SimpleRecord(Text.bytes("example")))))));
            return data;
        });
        examples.put(
                ApiKeys.FETCH,
                version -> new FetchRequestData()
                        .setMaxWaitMs(0)
                        .setMinBytes(0)
                        .setMaxBytes(1_000_000)
                        .setTopics(List.of(new FetchRequestData.FetchTopic()
                                .setTopic(topic)
                                .setTopicId(topicId)
                                .setPartitions(List.of(new FetchRequestData.FetchPartition()
                                        .setPartition(0)
                                        .setPartitionMaxBytes(1_000_000))))));
        examples.put(
                ApiKeys.LIST_OFFSETS,
                version -> new ListOffsetsRequestData()
                        .setReplicaId(-1)
                        .setTopics(List.of(new ListOffsetsRequestData.ListOffsetsTopic()
                                .setName(topic)
                                .setPartitions(List.of(new ListOffsetsRequestData.ListOffsetsPartition()
                                        .setPartitionIndex(0)
                                        .setTimestamp(-1))))));
        examples.put(ApiKeys.OFFSET_FOR_LEADER_EPOCH, version -> {
            var data = new OffsetForLeaderEpochRequestData().setReplicaId(-1);
            data.topics()
                    .add(new OffsetForLeaderEpochRequestData.OffsetForLeaderTopic()
                            .setTopic(topic)
                            .setPartitions(List.of(new OffsetForLeaderEpochRequestData.OffsetForLeaderPartition()
                                    .setPartition(0)
                                    .setLeaderEpoch(0))));
            return data;
        });
        examples.put(ApiKeys.DESCRIBE_PRODUCERS, version -> {
            var data = new DescribeProducersRequestData();
            data.topics()
                    .add(new DescribeProducersRequestData.TopicRequest()
                            .setName(topic)
                            .setPartitionIndexes(List.of(0)));
            return data;
        });
        examples.put(
                ApiKeys.DELETE_RECORDS,
                version -> new DeleteRecordsRequestData()
                        .setTimeoutMs(TIMEOUT_MS)
                        .setTopics(List.of(new DeleteRecordsRequestData.DeleteRecordsTopic()
                                .setName(topic)
                                .setPartitions(List.of(new DeleteRecordsRequestData.DeleteRecordsPartition()
                                        .setPartitionIndex(0)
                                        .setOffset(0))))));
        examples.put(
                ApiKeys.INIT_PRODUCER_ID,
                version ->
                        new InitProducerIdRequestData().setTransactionalId(null).setTransactionTimeoutMs(TIMEOUT_MS));
    }

    private void addTopics() {
        examples.put(
                ApiKeys.API_VERSIONS,
                version -> new ApiVersionsRequestData()
                        .setClientSoftwareName("example")
                        .setClientSoftwareVersion("1"));
        examples.put(
                ApiKeys.METADATA,
                version -> new MetadataRequestData()
                        .setTopics(List.of(new MetadataRequestData.MetadataRequestTopic().setName(topic))));
        examples.put(ApiKeys.DESCRIBE_LOG_DIRS, version -> new DescribeLogDirsRequestData().setTopics(null));
        examples.put(ApiKeys.ALTER_REPLICA_LOG_DIRS, version -> {
            var directory = new AlterReplicaLogDirsRequestData.AlterReplicaLogDir().setPath("/nowhere");
            directory
                    .topics()
                    .add(new AlterReplicaLogDirsRequestData.AlterReplicaLogDirTopic()
                            .setName(topic)
                            .setPartitions(List.of(0)));
            var data = new AlterReplicaLogDirsRequestData();
            data.dirs().add(directory);
            return data;
        });
        examples.put(ApiKeys.DESCRIBE_CLUSTER, version -> new DescribeClusterRequestData());
        examples.put(ApiKeys.UPDATE_FEATURES, version -> {
            var data = new UpdateFeaturesRequestData().setTimeoutMs(TIMEOUT_MS);
            data.featureUpdates()
                    .add(new UpdateFeaturesRequestData.FeatureUpdateKey()
                            .setFeature("metadata.version")
                            .setMaxVersionLevel((short) 2));
            return data;
        });
        examples.put(
                ApiKeys.DESCRIBE_QUORUM,
                version -> new DescribeQuorumRequestData()
                        .setTopics(List.of(new DescribeQuorumRequestData.TopicData()
                                .setTopicName("__cluster_metadata")
                                .setPartitions(List.of(new DescribeQuorumRequestData.PartitionData())))));
        examples.put(
                ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
                version -> new DescribeTopicPartitionsRequestData()
                        .setTopics(List.of(new DescribeTopicPartitionsRequestData.TopicRequest().setName(topic))));
        examples.put(ApiKeys.CREATE_TOPICS, version -> {
            var data = new CreateTopicsRequestData().setTimeoutMs(TIMEOUT_MS);
            data.topics()
                    .add(new CreateTopicsRequestData.CreatableTopic()
                            .setName(made(version))
                            .setNumPartitions(1)
                            .setReplicationFactor((short) 1));
            return data;
        });
        examples.put(ApiKeys.DELETE_TOPICS, version -> {
            var data = new DeleteTopicsRequestData().setTimeoutMs(TIMEOUT_MS);
            // From 6 on topics are named or numbered; before, only named.
            return version >= 6
                    ? data.setTopics(List.of(new DeleteTopicsRequestData.DeleteTopicState().setName(made(version))))
                    : data.setTopicNames(List.of(made(version)));
        });
    }

    private void addClients() {
        examples.put(
                ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS,
                version -> new DescribeUserScramCredentialsRequestData().setUsers(null));
        examples.put(
                ApiKeys.ALTER_USER_SCRAM_CREDENTIALS,
                version -> new AlterUserScramCredentialsRequestData()
                        .setUpsertions(List.of(new AlterUserScramCredentialsRequestData.ScramCredentialUpsertion()
                                .setName("example")
                                .setMechanism((byte) 1)
                                .setIterations(4096)
                                .setSalt(new byte[] {1})
                                .setSaltedPassword(new byte[] {2}))));
        examples.put(ApiKeys.DESCRIBE_CLIENT_QUOTAS, version -> new DescribeClientQuotasRequestData());
        examples.put(
                ApiKeys.ALTER_CLIENT_QUOTAS,
                version -> new AlterClientQuotasRequestData()
                        .setEntries(List.of(new AlterClientQuotasRequestData.EntryData()
                                .setEntity(List.of(new AlterClientQuotasRequestData.EntityData()
                                        .setEntityType("user")
                                        .setEntityName("nobody")))
                                .setOps(List.of(new AlterClientQuotasRequestData.OpData()
                                        .setKey("consumer_byte_rate")
                                        .setValue(1_000_000))))));
    }

    private void addPartitions() {
        examples.put(ApiKeys.CREATE_PARTITIONS, version -> {
            var data =
                    new CreatePartitionsRequestData().setTimeoutMs(TIMEOUT_MS).setValidateOnly(true);
            data.topics()
                    .add(new CreatePartitionsRequestData.CreatePartitionsTopic()
                            .setName(topic)
                            .setCount(100)
                            .setAssignments(null));
            return data;
        });
        examples.put(
                ApiKeys.ELECT_LEADERS,
                version ->
                        new ElectLeadersRequestData().setTopicPartitions(null).setTimeoutMs(TIMEOUT_MS));
    }

    private void addReassignments() {
        examples.put(
                ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
                version -> new AlterPartitionReassignmentsRequestData()
                        .setTimeoutMs(TIMEOUT_MS)
                        .setTopics(List.of(new AlterPartitionReassignmentsRequestData.ReassignableTopic()
                                .setName(topic)
                                .setPartitions(
                                        List.of(new AlterPartitionReassignmentsRequestData.ReassignablePartition()
                                                .setPartitionIndex(0)
                                                .setReplicas(List.of(LocalCluster.STANDALONE)))))));
        examples.put(ApiKeys.UNREGISTER_BROKER, version -> new UnregisterBrokerRequestData().setBrokerId(77));
        examples.put(
                ApiKeys.LIST_PARTITION_REASSIGNMENTS,
                version -> new ListPartitionReassignmentsRequestData()
                        .setTopics(null)
                        .setTimeoutMs(TIMEOUT_MS));
    }

    private void addAcls() {
        byte type = ResourceType.TOPIC.code();
        byte pattern = PatternType.LITERAL.code();
        byte any = AclOperation.ANY.code();
        examples.put(
                ApiKeys.DESCRIBE_ACLS,
                version -> new DescribeAclsRequestData()
                        .setResourceTypeFilter(type)
                        .setPatternTypeFilter(pattern)
                        .setOperation(any)
                        .setPermissionType(any));
        examples.put(
                ApiKeys.CREATE_ACLS,
                version -> new CreateAclsRequestData()
                        .setCreations(List.of(new CreateAclsRequestData.AclCreation()
                                .setResourceType(type)
                                .setResourceName(topic)
                                .setResourcePatternType(pattern)
                                .setPrincipal("User:example")
                                .setHost("*")
                                .setOperation(AclOperation.READ.code())
                                .setPermissionType(AclPermissionType.ALLOW.code()))));
        examples.put(
                ApiKeys.DELETE_ACLS,
                version -> new DeleteAclsRequestData()
                        .setFilters(List.of(new DeleteAclsRequestData.DeleteAclsFilter()
                                .setResourceTypeFilter(type)
                                .setPatternTypeFilter(pattern)
                                .setOperation(any)
                                .setPermissionType(any))));
    }

    private void addConfigs() {
        examples.put(
                ApiKeys.DESCRIBE_CONFIGS,
                version -> new DescribeConfigsRequestData()
                        .setResources(List.of(new DescribeConfigsRequestData.DescribeConfigsResource()
                                .setResourceType(ConfigResource.Type.TOPIC.id())
                                .setResourceName(topic)
                                .setConfigurationKeys(null))));
        examples.put(ApiKeys.LIST_CONFIG_RESOURCES, version -> new ListConfigResourcesRequestData());
        examples.put(ApiKeys.ALTER_CONFIGS, version -> {
            var data = new AlterConfigsRequestData();
            data.resources()
                    .add(new AlterConfigsRequestData.AlterConfigsResource()
                            .setResourceType(ConfigResource.Type.TOPIC.id())
                            .setResourceName(topic));
            return data;
        });
        examples.put(ApiKeys.INCREMENTAL_ALTER_CONFIGS, version -> {
            var data = new IncrementalAlterConfigsRequestData();
            data.resources()
                    .add(new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                            .setResourceType(ConfigResource.Type.TOPIC.id())
                            .setResourceName(topic));
            return data;
        });
    }

    private void addTransactions() {
        examples.put(
                ApiKeys.ADD_PARTITIONS_TO_TXN,
                version -> new AddPartitionsToTxnRequestData()
                        .setV3AndBelowTransactionalId("nobody")
                        .setV3AndBelowProducerId(77)
                        .setV3AndBelowTopics(new AddPartitionsToTxnTopicCollection(
                                List.of(new AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic()
                                                .setName(topic)
                                                .setPartitions(List.of(0)))
                                        .iterator())));
        examples.put(
                ApiKeys.ADD_OFFSETS_TO_TXN,
                version -> new AddOffsetsToTxnRequestData()
                        .setTransactionalId("nobody")
                        .setProducerId(77)
                        .setGroupId(GROUP));
        examples.put(
                ApiKeys.END_TXN,
                version -> new EndTxnRequestData().setTransactionalId("nobody").setProducerId(77));
        examples.put(ApiKeys.WRITE_TXN_MARKERS, version -> new WriteTxnMarkersRequestData());
        examples.put(
                ApiKeys.TXN_OFFSET_COMMIT,
                version -> new TxnOffsetCommitRequestData()
                        .setTransactionalId("nobody")
                        .setProducerId(77)
                        .setGroupId(GROUP));
        examples.put(
                ApiKeys.DESCRIBE_TRANSACTIONS,
                version -> new DescribeTransactionsRequestData().setTransactionalIds(List.of("nobody")));
        examples.put(ApiKeys.LIST_TRANSACTIONS, version -> new ListTransactionsRequestData());
    }

    private void addGroups() {
        examples.put(
                ApiKeys.FIND_COORDINATOR,
                version -> version >= 4
                        ? new FindCoordinatorRequestData().setCoordinatorKeys(List.of(GROUP))
                        : new FindCoordinatorRequestData().setKey(GROUP));
        examples.put(ApiKeys.JOIN_GROUP, version -> {
            var data = new JoinGroupRequestData()
                    .setGroupId(GROUP + "-join-" + version)
                    .setSessionTimeoutMs(TIMEOUT_MS)
                    .setRebalanceTimeoutMs(TIMEOUT_MS)
                    .setProtocolType("consumer");
            data.protocols()
                    .add(new JoinGroupRequestData.JoinGroupRequestProtocol()
                            .setName("range")
                            .setMetadata(new byte[0]));
            return data;
        });
        examples.put(
                ApiKeys.SYNC_GROUP,
                version -> new SyncGroupRequestData()
                        .setGroupId(GROUP)
                        .setMemberId("nobody")
                        .setProtocolType("consumer")
                        .setProtocolName("range"));
        examples.put(
                ApiKeys.HEARTBEAT,
                version -> new HeartbeatRequestData().setGroupId(GROUP).setMemberId("nobody"));
        examples.put(
                ApiKeys.LEAVE_GROUP,
                version -> version >= 3
                        ? new LeaveGroupRequestData()
                                .setGroupId(GROUP)
                                .setMembers(List.of(new LeaveGroupRequestData.MemberIdentity().setMemberId("nobody")))
                        : new LeaveGroupRequestData().setGroupId(GROUP).setMemberId("nobody"));
        examples.put(ApiKeys.DESCRIBE_GROUPS, version -> new DescribeGroupsRequestData().setGroups(List.of(GROUP)));
        examples.put(ApiKeys.LIST_GROUPS, version -> new ListGroupsRequestData());
        examples.put(
                ApiKeys.DELETE_GROUPS,
                version -> new DeleteGroupsRequestData().setGroupsNames(List.of("no-such-group")));
        examples.put(
                ApiKeys.OFFSET_COMMIT,
                version -> new OffsetCommitRequestData()
                        .setGroupId(GROUP)
                        .setTopics(List.of(new OffsetCommitRequestData.OffsetCommitRequestTopic()
                                .setName(topic)
                                .setTopicId(topicId)
                                .setPartitions(List.of(new OffsetCommitRequestData.OffsetCommitRequestPartition()
                                        .setPartitionIndex(0)
                                        .setCommittedOffset(1))))));
        examples.put(ApiKeys.OFFSET_FETCH, this::offsetFetch);
        examples.put(
                ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                version -> new ConsumerGroupHeartbeatRequestData()
                        .setGroupId("no-such-group")
                        .setMemberId("nobody")
                        .setMemberEpoch(7));
        examples.put(
                ApiKeys.CONSUMER_GROUP_DESCRIBE,
                version -> new ConsumerGroupDescribeRequestData().setGroupIds(List.of("no-such-group")));
        examples.put(ApiKeys.OFFSET_DELETE, version -> new OffsetDeleteRequestData().setGroupId("no-such-group"));
    }

    private ApiMessage offsetFetch(short version) {
        if (version < 8) {
            return new OffsetFetchRequestData()
                    .setGroupId(GROUP)
                    .setTopics(List.of(new OffsetFetchRequestData.OffsetFetchRequestTopic()
                            .setName(topic)
                            .setPartitionIndexes(List.of(0))));
        }
        return new OffsetFetchRequestData()
                .setGroups(List.of(new OffsetFetchRequestData.OffsetFetchRequestGroup()
                        .setGroupId(GROUP)
                        .setTopics(List.of(new OffsetFetchRequestData.OffsetFetchRequestTopics()
                                .setName(topic)
                                .setTopicId(topicId)
                                .setPartitionIndexes(List.of(0))))));
    }

    private static String made(short version) {
        return "made-with-version-" + version;
    }
}
