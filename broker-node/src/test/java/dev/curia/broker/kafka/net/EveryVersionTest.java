package dev.curia.broker.kafka.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.kafka.api.RequestHandler;
import dev.curia.broker.kafka.codec.Codes;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every version that is advertised really works: a good request of each gets an answer that can be read and holds no error. */
class EveryVersionTest {
    @TempDir
    Path directory;

    @Test
    void aGoodRequestOfEveryServedVersionSucceeds() throws Exception {
        try (TestBroker broker = new TestBroker(directory);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), broker.port())) {
            broker.topic("t", 1);
            for (RequestHandler<?> handler : broker.apis.handlers()) {
                for (short version = handler.minVersion(); version <= handler.maxVersion(); version++) {
                    ApiMessage request = good(handler.api(), version, broker);
                    AbstractResponse response = call(socket, handler.api(), version, request);
                    assertThat(response.errorCounts().keySet())
                            .as(handler.api() + " version " + version + ": " + response)
                            .isSubsetOf(Errors.NONE);
                }
            }
        }
    }

    /** KIP-110. */
    @Test
    void zstdIsTakenFromTheVersionOnThatKnowsIt() throws Exception {
        try (TestBroker broker = new TestBroker(directory);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), broker.port())) {
            broker.topic("t", 1);
            Uuid id = Codes.kafka(broker.image().topic("t").orElseThrow().id());
            for (short version = 3; version <= 13; version++) {
                ProduceRequestData request = produce(version, id);
                MemoryRecords zstd = MemoryRecords.withRecords(
                        Compression.zstd().build(), new SimpleRecord("compressed".getBytes(StandardCharsets.UTF_8)));
                request.topicData().forEach(t -> t.partitionData().get(0).setRecords(zstd));
                ProduceResponseData response = (ProduceResponseData)
                        call(socket, ApiKeys.PRODUCE, version, request).data();
                var answer = response.responses()
                        .iterator()
                        .next()
                        .partitionResponses()
                        .get(0);
                Errors expected = version < 7 ? Errors.UNSUPPORTED_COMPRESSION_TYPE : Errors.NONE;
                assertThat(Errors.forCode(answer.errorCode()))
                        .as("version %s", version)
                        .isEqualTo(expected);
                assertThat(answer.baseOffset()).isEqualTo(version < 7 ? -1 : version - 7);
            }
        }
    }

    private static AbstractResponse call(Socket socket, ApiKeys api, short version, ApiMessage request)
            throws IOException {
        socket.setSoTimeout(20_000);
        socket.getOutputStream().write(WireTest.frame(api, version, version, request));
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] answer = new byte[in.readInt()];
        in.readFully(answer);
        return AbstractResponse.parseResponse(
                ByteBuffer.wrap(answer), new RequestHeader(api, version, "test", version));
    }

    private static ApiMessage good(ApiKeys api, short version, TestBroker broker) {
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
            case DESCRIBE_LOG_DIRS -> new DescribeLogDirsRequestData().setTopics(null);
            case DESCRIBE_CLUSTER -> new DescribeClusterRequestData();
            case DESCRIBE_PRODUCERS -> describeProducers();
            case UPDATE_FEATURES -> updateFeatures();
            default -> throw new AssertionError("no good request known for " + api);
        };
    }

    private static ApiMessage updateFeatures() {
        var updates = new UpdateFeaturesRequestData.FeatureUpdateKeyCollection();
        updates.add(new UpdateFeaturesRequestData.FeatureUpdateKey()
                .setFeature("metadata.version")
                .setMaxVersionLevel((short) 1));
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

    private static ProduceRequestData produce(short version, Uuid id) {
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
