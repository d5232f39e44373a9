package dev.curia.broker.kafka.codec;

import java.nio.ByteBuffer;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.RequestHeader;

/** Reads requests. Pure; whatever the bytes are, the outcome is a request or a {@link MalformedRequestException}. */
public final class RequestCodec {
    private RequestCodec() {}

    /** Reads the header and leaves the buffer at the body. */
    public static RequestHeader header(ByteBuffer frame) throws MalformedRequestException {
        try {
            return RequestHeader.parse(frame);
        } catch (RuntimeException e) {
            throw new MalformedRequestException("no request header", e);
        }
    }

    /** Reads the body. A Produce request's records are slices of the buffer, everything else is copied. */
    public static AbstractRequest body(RequestHeader header, ByteBuffer frame) throws MalformedRequestException {
        try {
            AbstractRequest request = AbstractRequest.parseRequest(
                            header.apiKey(), header.apiVersion(), new ByteBufferAccessor(frame))
                    .request;
            if (request instanceof ProduceRequest produce) nullsToEmpty(produce);
            return request;
        } catch (RuntimeException e) {
            throw new MalformedRequestException("no body of " + header.apiKey() + " version " + header.apiVersion(), e);
        }
    }

    /** Records may be null; but then Kafka's own class fails where it should make an answer that refuses the request. */
    private static void nullsToEmpty(ProduceRequest request) {
        request.data()
                .topicData()
                .forEach(topic -> topic.partitionData().stream()
                        .filter(partition -> partition.records() == null)
                        .forEach(partition -> partition.setRecords(MemoryRecords.EMPTY)));
    }

    /** An ApiVersions request of a version that is not served: its body is not read, its answer is in version 0 (KIP-511). */
    public static ApiVersionsRequest unsupportedApiVersions(RequestHeader header) {
        return new ApiVersionsRequest(new ApiVersionsRequestData(), (short) 0, header.apiVersion());
    }

    public static boolean isApiVersions(RequestHeader header) {
        return header.apiKey() == ApiKeys.API_VERSIONS;
    }
}
