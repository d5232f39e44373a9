package dev.curia.broker.kafka.net;

import dev.curia.broker.kafka.codec.Codes;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.CreateAclsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.DeleteAclsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DescribeAclsRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourceType;

/** A request of each kind and version that a {@link TestBroker} with a topic t can answer without an error, or with the expected one. */
final class GoodRequests {
    private static final byte TOPIC = ResourceType.TOPIC.code();
    private static final byte LITERAL = PatternType.LITERAL.code();
    private static final byte ANY = AclOperation.ANY.code();

    private GoodRequests() {}

    /** There are no ACLs. */
    static Errors expected(ApiKeys api) {
        return switch (api) {
            case DESCRIBE_ACLS, CREATE_ACLS, DELETE_ACLS -> Errors.SECURITY_DISABLED;
            default -> Errors.NONE;
        };
    }

    static ApiMessage of(ApiKeys api, short version, TestBroker broker) {
        Uuid id = Codes.kafka(broker.image().topic("t").orElseThrow().id());
        String fresh = api.name() + version;
        return switch (api) {
            case PRODUCE -> produce(version, id);
            case FETCH -> fetch(version, id);
            case LIST_OFFSETS -> listOffsets();
            case METADATA ->
                new MetadataRequestData()
                        .setTopics(List.of(new MetadataRequestData.MetadataRequestTopic().setName("t")));
            case OFFSET_FOR_LEADER_EPOCH -> {
                var topics = new OffsetForLeaderEpochRequestData.OffsetForLeaderTopicCollection();
                topics.add(new OffsetForLeaderEpochRequestData.OffsetForLeaderTopic()
                        .setTopic("t")
                        .setPartitions(List.of(new OffsetForLeaderEpochRequestData.OffsetForLeaderPartition())));
                yield new OffsetForLeaderEpochRequestData().setReplicaId(-2).setTopics(topics);
            }
            case CREATE_TOPICS -> {
                var topics = new CreateTopicsRequestData.CreatableTopicCollection();
                topics.add(new CreateTopicsRequestData.CreatableTopic()
                        .setName(fresh)
                        .setNumPartitions(1)
                        .setReplicationFactor((short) 1));
                yield new CreateTopicsRequestData().setTopics(topics).setTimeoutMs(1000);
            }
            case DELETE_TOPICS -> {
                broker.topic(fresh, 1);
                yield version >= 6
                        ? new DeleteTopicsRequestData()
                                .setTopics(List.of(new DeleteTopicsRequestData.DeleteTopicState().setName(fresh)))
                        : new DeleteTopicsRequestData().setTopicNames(List.of(fresh));
            }
            case CREATE_PARTITIONS -> createPartitions(broker, fresh);
            case ELECT_LEADERS ->
                new ElectLeadersRequestData().setTopicPartitions(null).setTimeoutMs(1000);
            case UNREGISTER_BROKER -> {
                broker.registerStopped(77);
                yield new UnregisterBrokerRequestData().setBrokerId(77);
            }
            case ALTER_PARTITION_REASSIGNMENTS -> alterReassignments();
            case LIST_PARTITION_REASSIGNMENTS -> new ListPartitionReassignmentsRequestData().setTopics(null);
            case DESCRIBE_CONFIGS ->
                new DescribeConfigsRequestData()
                        .setResources(List.of(new DescribeConfigsRequestData.DescribeConfigsResource()
                                .setResourceType((byte) 2)
                                .setResourceName("t")
                                .setConfigurationKeys(null)))
                        .setIncludeSynonyms(true);
            case ALTER_CONFIGS -> alterConfigs();
            case INCREMENTAL_ALTER_CONFIGS -> incrementalAlterConfigs();
            case DELETE_RECORDS ->
                new DeleteRecordsRequestData()
                        .setTopics(List.of(new DeleteRecordsRequestData.DeleteRecordsTopic()
                                .setName("t")
                                .setPartitions(List.of(new DeleteRecordsRequestData.DeleteRecordsPartition()))));
            case API_VERSIONS ->
                version < 3
                        ? new ApiVersionsRequestData()
                        : new ApiVersionsRequestData()
                                .setClientSoftwareName("test")
                                .setClientSoftwareVersion("1");
            case INIT_PRODUCER_ID ->
                new InitProducerIdRequestData().setTransactionalId(null).setTransactionTimeoutMs(1);
            default -> description(api);
        };
    }

    private static AlterReplicaLogDirsRequestData alterReplicaLogDirs() {
        AlterReplicaLogDirsRequestData data = new AlterReplicaLogDirsRequestData();
        AlterReplicaLogDirsRequestData.AlterReplicaLogDir directory =
                new AlterReplicaLogDirsRequestData.AlterReplicaLogDir().setPath("/logs");
        directory
                .topics()
                .add(new AlterReplicaLogDirsRequestData.AlterReplicaLogDirTopic()
                        .setName("t")
                        .setPartitions(List.of(0)));
        data.dirs().add(directory);
        return data;
    }

    private static ApiMessage description(ApiKeys api) {
        return switch (api) {
            case DESCRIBE_LOG_DIRS -> new DescribeLogDirsRequestData().setTopics(null);
            case ALTER_REPLICA_LOG_DIRS -> alterReplicaLogDirs();
            case DESCRIBE_CLUSTER -> new DescribeClusterRequestData();
            case DESCRIBE_USER_SCRAM_CREDENTIALS -> new DescribeUserScramCredentialsRequestData().setUsers(null);
            case ALTER_USER_SCRAM_CREDENTIALS ->
                new AlterUserScramCredentialsRequestData()
                        .setUpsertions(List.of(new AlterUserScramCredentialsRequestData.ScramCredentialUpsertion()
                                .setName("alice")
                                .setMechanism((byte) 1)
                                .setIterations(4096)
                                .setSalt(new byte[] {1})
                                .setSaltedPassword(new byte[] {2})));
            case DESCRIBE_PRODUCERS -> describeProducers();
            case UPDATE_FEATURES -> updateFeatures();
            case DESCRIBE_CLIENT_QUOTAS -> new DescribeClientQuotasRequestData();
            case ALTER_CLIENT_QUOTAS -> alterClientQuotas();
            case LIST_CONFIG_RESOURCES -> new ListConfigResourcesRequestData();
            case DESCRIBE_QUORUM ->
                new DescribeQuorumRequestData()
                        .setTopics(List.of(new DescribeQuorumRequestData.TopicData()
                                .setTopicName("__cluster_metadata")
                                .setPartitions(List.of(new DescribeQuorumRequestData.PartitionData()))));
            case DESCRIBE_TOPIC_PARTITIONS ->
                new DescribeTopicPartitionsRequestData()
                        .setTopics(List.of(new DescribeTopicPartitionsRequestData.TopicRequest().setName("t")));
            case DESCRIBE_ACLS ->
                new DescribeAclsRequestData()
                        .setResourceTypeFilter(TOPIC)
                        .setPatternTypeFilter(LITERAL)
                        .setOperation(ANY)
                        .setPermissionType(ANY);
            case CREATE_ACLS ->
                new CreateAclsRequestData()
                        .setCreations(List.of(new CreateAclsRequestData.AclCreation()
                                .setResourceType(TOPIC)
                                .setResourceName("t")
                                .setResourcePatternType(LITERAL)
                                .setPrincipal("User:u")
                                .setHost("*")
                                .setOperation(AclOperation.READ.code())
                                .setPermissionType(AclPermissionType.ALLOW.code())));
            case DELETE_ACLS ->
                new DeleteAclsRequestData()
                        .setFilters(List.of(new DeleteAclsRequestData.DeleteAclsFilter()
                                .setResourceTypeFilter(TOPIC)
                                .setPatternTypeFilter(LITERAL)
                                .setOperation(ANY)
                                .setPermissionType(ANY)));
            default -> throw new AssertionError("no good request known for " + api);
        };
    }

    private static ApiMessage alterClientQuotas() {
        return new AlterClientQuotasRequestData()
                .setEntries(List.of(new AlterClientQuotasRequestData.EntryData()
                        .setEntity(List.of(new AlterClientQuotasRequestData.EntityData()
                                .setEntityType("user")
                                .setEntityName("somebody")))
                        .setOps(List.of(new AlterClientQuotasRequestData.OpData()
                                .setKey("producer_byte_rate")
                                .setValue(1000)))));
    }

    private static ApiMessage updateFeatures() {
        var updates = new UpdateFeaturesRequestData.FeatureUpdateKeyCollection();
        updates.add(new UpdateFeaturesRequestData.FeatureUpdateKey()
                .setFeature("metadata.version")
                .setMaxVersionLevel((short) 2));
        return new UpdateFeaturesRequestData().setFeatureUpdates(updates).setTimeoutMs(1000);
    }

    private static ApiMessage describeProducers() {
        var topics = new DescribeProducersRequestData.TopicRequestCollection();
        topics.add(new DescribeProducersRequestData.TopicRequest().setName("t").setPartitionIndexes(List.of(0)));
        return new DescribeProducersRequestData().setTopics(topics);
    }

    private static ApiMessage createPartitions(TestBroker broker, String topic) {
        broker.topic(topic, 1);
        var topics = new CreatePartitionsRequestData.CreatePartitionsTopicCollection();
        topics.add(new CreatePartitionsRequestData.CreatePartitionsTopic()
                .setName(topic)
                .setCount(2)
                .setAssignments(null));
        return new CreatePartitionsRequestData().setTopics(topics).setTimeoutMs(1000);
    }

    private static ApiMessage listOffsets() {
        return new ListOffsetsRequestData()
                .setReplicaId(-1)
                .setTopics(List.of(new ListOffsetsRequestData.ListOffsetsTopic()
                        .setName("t")
                        .setPartitions(List.of(new ListOffsetsRequestData.ListOffsetsPartition().setTimestamp(-1)))));
    }

    private static ApiMessage alterReassignments() {
        return new AlterPartitionReassignmentsRequestData()
                .setTimeoutMs(1000)
                .setTopics(List.of(new AlterPartitionReassignmentsRequestData.ReassignableTopic()
                        .setName("t")
                        .setPartitions(List.of(new AlterPartitionReassignmentsRequestData.ReassignablePartition()
                                .setPartitionIndex(0)
                                .setReplicas(List.of(TestBroker.ID))))));
    }

    private static AlterConfigsRequestData alterConfigs() {
        var resources = new AlterConfigsRequestData.AlterConfigsResourceCollection();
        resources.add(new AlterConfigsRequestData.AlterConfigsResource()
                .setResourceType((byte) 2)
                .setResourceName("t"));
        return new AlterConfigsRequestData().setResources(resources);
    }

    private static IncrementalAlterConfigsRequestData incrementalAlterConfigs() {
        var resources = new IncrementalAlterConfigsRequestData.AlterConfigsResourceCollection();
        resources.add(new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                .setResourceType((byte) 2)
                .setResourceName("t"));
        return new IncrementalAlterConfigsRequestData().setResources(resources);
    }

    static ProduceRequestData produce(short version, Uuid id) {
        ProduceRequestData data = WireTest.produce("t", 10);
        if (version >= 13) data.topicData().forEach(topic -> topic.setName("").setTopicId(id));
        return data;
    }

    private static FetchRequestData fetch(short version, Uuid id) {
        FetchRequestData data = WireTest.fetch("t", 0, 0);
        if (version >= 13) data.topics().forEach(topic -> topic.setTopic("").setTopicId(id));
        return data;
    }
}
