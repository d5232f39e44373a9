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
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every version that is advertised really works: a good request of each gets an answer that can be read and holds no error but the expected one. */
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
                    ApiMessage request = GoodRequests.of(handler.api(), version, broker);
                    AbstractResponse response = call(socket, handler.api(), version, request);
                    assertThat(response.errorCounts().keySet())
                            .as(handler.api() + " version " + version + ": " + response)
                            .isSubsetOf(GoodRequests.expected(handler.api()));
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
                ProduceRequestData request = GoodRequests.produce(version, id);
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

    static AbstractResponse call(Socket socket, ApiKeys api, short version, ApiMessage request) throws IOException {
        socket.setSoTimeout(20_000);
        socket.getOutputStream().write(WireTest.frame(api, version, version, request));
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] answer = new byte[in.readInt()];
        in.readFully(answer);
        return AbstractResponse.parseResponse(
                ByteBuffer.wrap(answer), new RequestHeader(api, version, "test", version));
    }
}
