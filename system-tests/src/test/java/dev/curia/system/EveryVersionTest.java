package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What ApiVersions promises is kept: every version of every request is read, and answered in its own form. */
class EveryVersionTest {
    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.standalone();

    /** What a request about nobody's group, member, transaction, broker, directory or ACL may be told. Anything else but success is a defect. */
    private static final Set<Errors> ALLOWED = EnumSet.of(
            Errors.NONE,
            Errors.UNKNOWN_MEMBER_ID,
            Errors.MEMBER_ID_REQUIRED,
            Errors.ILLEGAL_GENERATION,
            Errors.GROUP_ID_NOT_FOUND,
            Errors.BROKER_ID_NOT_REGISTERED,
            Errors.LOG_DIR_NOT_FOUND,
            Errors.SECURITY_DISABLED,
            Errors.TRANSACTIONAL_ID_NOT_FOUND,
            Errors.INVALID_PRODUCER_ID_MAPPING,
            Errors.COORDINATOR_NOT_AVAILABLE,
            Errors.NOT_COORDINATOR);

    @TestFactory
    Stream<DynamicTest> everyAdvertisedVersionIsAnswered() throws Exception {
        Clients clients = Clients.of(CLUSTER);
        clients.createTopic("example");
        // Topics are deleted from version 1 on, but created from 2 on.
        clients.createTopic("made-with-version-1");
        clients.committed("example-group", new TopicPartition("example", 0));
        ExampleRequests examples = new ExampleRequests("example", topicId(clients));
        List<ApiVersion> advertised = advertised();
        assertThat(advertised).hasSizeGreaterThan(20);
        return advertised.stream().flatMap(range -> {
            ApiKeys api = ApiKeys.forId(range.apiKey());
            // Produce is advertised from 0 for librdkafka's sake, and served from 3.
            int first = Math.max(range.minVersion(), api.oldestVersion());
            return IntStream.rangeClosed(first, range.maxVersion())
                    .mapToObj(version -> DynamicTest.dynamicTest(
                            api.name + " " + version, () -> isAnswered(api, (short) version, examples)));
        });
    }

    private static void isAnswered(ApiKeys api, short version, ExampleRequests examples) throws Exception {
        AbstractResponse response = exchange(api, version, examples.of(api, version));
        assertThat(response.errorCounts().keySet()).as(response.toString()).isSubsetOf(ALLOWED);
    }

    private static List<ApiVersion> advertised() throws Exception {
        ApiVersionsRequestData request =
                new ApiVersionsRequestData().setClientSoftwareName("example").setClientSoftwareVersion("1");
        ApiVersionsResponse response = (ApiVersionsResponse) exchange(ApiKeys.API_VERSIONS, (short) 3, request);
        return List.copyOf(response.data().apiKeys());
    }

    private static AbstractResponse exchange(ApiKeys api, short version, ApiMessage body) throws Exception {
        RequestHeader header = new RequestHeader(api, version, "every-version", 77);
        ByteBuffer head = MessageUtil.toByteBufferAccessor(header.data(), header.headerVersion())
                .buffer();
        ByteBuffer tail = MessageUtil.toByteBufferAccessor(body, version).buffer();
        ByteBuffer frame = ByteBuffer.allocate(4 + head.remaining() + tail.remaining());
        frame.putInt(head.remaining() + tail.remaining()).put(head).put(tail);
        try (RawConnection connection = RawConnection.to(CLUSTER.bootstrapServers())) {
            connection.send(frame.array());
            ByteBuffer answer = connection
                    .receive()
                    .orElseThrow(() -> new AssertionError(api + " " + version + ": connection closed"));
            return AbstractResponse.parseResponse(answer, header);
        }
    }

    private static Uuid topicId(Clients clients) {
        try (Admin admin = clients.admin()) {
            return Clients.get(admin.describeTopics(List.of("example")).allTopicNames()).values().stream()
                    .findFirst()
                    .orElseThrow()
                    .topicId();
        }
    }
}
