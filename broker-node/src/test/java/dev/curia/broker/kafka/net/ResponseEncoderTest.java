package dev.curia.broker.kafka.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.broker.kafka.codec.SliceRecords;
import dev.curia.log.LogSlice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.ReferenceCounted;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.ResponseHeader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResponseEncoderTest {
    private static final short VERSION = 13;
    private static final int FILE_BYTES = 100_000;
    private static final int LIMIT = ResponseEncoder.MOST_COPIED_BYTES;

    @TempDir
    Path directory;

    private final byte[] content = new byte[FILE_BYTES];
    private FileChannel file;
    private final AtomicInteger open = new AtomicInteger();

    @BeforeEach
    void openFile() throws IOException {
        new Random(1).nextBytes(content);
        file = FileChannel.open(Files.write(directory.resolve("segment"), content), StandardOpenOption.READ);
    }

    @AfterEach
    void closeFile() throws IOException {
        file.close();
    }

    @Test
    void fewRecordsAreOneBufferWithTheRest() throws IOException {
        List<ReferenceCounted> parts = encode(slice(10, 1_000), slice(5_000, LIMIT - 1_000));
        assertThat(parts).hasSize(1);
        assertThat(open).hasValue(0);
        assertThat(records(parts)).containsExactly(content(10, 1_000), content(5_000, LIMIT - 1_000));
    }

    @Test
    void moreAreSentFromTheFile() throws IOException {
        List<ReferenceCounted> parts = encode(slice(10, 1_000), slice(5_000, LIMIT - 999));
        assertThat(parts.stream().filter(SliceRegion.class::isInstance)).hasSize(2);
        assertThat(open).hasValue(2);
        assertThat(records(parts)).containsExactly(content(10, 1_000), content(5_000, LIMIT - 999));
        assertThat(open).hasValue(0);
    }

    @Test
    void recordsInMemoryAreSentTheSameWay() throws IOException {
        for (int size : new int[] {LIMIT, LIMIT + 1}) {
            FetchResponseData data = answer();
            data.responses()
                    .get(0)
                    .partitions()
                    .add(new PartitionData()
                            .setRecords(MemoryRecords.readableRecords(
                                    Unpooled.wrappedBuffer(content(3, size)).nioBuffer())));
            assertThat(records(encode(data))).containsExactly(content(3, size));
        }
    }

    @Test
    void nothingIsHeldWhenTheFileIsTooShort() {
        assertThatThrownBy(() -> encode(slice(0, 10), slice(FILE_BYTES - 5, 10), slice(20, 10)))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("ends inside a slice");
        assertThat(open).hasValue(0);
    }

    private byte[] content(int from, int size) {
        return Arrays.copyOfRange(content, from, from + size);
    }

    private List<ReferenceCounted> encode(LogSlice... slices) {
        FetchResponseData data = answer();
        for (LogSlice slice : slices) {
            data.responses().get(0).partitions().add(new PartitionData().setRecords(new SliceRecords(slice)));
        }
        return encode(data);
    }

    private static FetchResponseData answer() {
        return new FetchResponseData().setResponses(new ArrayList<>(List.of(new FetchableTopicResponse())));
    }

    private static List<ReferenceCounted> encode(FetchResponseData data) {
        return ResponseEncoder.encode(
                UnpooledByteBufAllocator.DEFAULT, new ResponseHeader(1, (short) 1), VERSION, FetchResponse.of(data));
    }

    /** What a client would find in it. Releases the parts. */
    private List<byte[]> records(List<ReferenceCounted> parts) throws IOException {
        ByteBuf all = Unpooled.buffer();
        for (ReferenceCounted part : parts) {
            if (part instanceof SliceRegion region) {
                all.writeBytes(content((int) region.position(), (int) region.count()));
            } else {
                all.writeBytes((ByteBuf) part);
            }
            ReferenceCountUtil.release(part);
        }
        assertThat(all.readInt()).isEqualTo(all.readableBytes());
        ByteBufferAccessor body = new ByteBufferAccessor(all.nioBuffer());
        ResponseHeader.parse(body.buffer(), (short) 1);
        List<byte[]> found = new ArrayList<>();
        new FetchResponseData(body, VERSION).responses().get(0).partitions().forEach(partition -> {
            ByteBuf records = Unpooled.wrappedBuffer(((MemoryRecords) partition.records()).buffer());
            byte[] bytes = new byte[records.readableBytes()];
            records.readBytes(bytes);
            found.add(bytes);
        });
        return found;
    }

    private LogSlice slice(long position, int size) {
        return new CountedSlice(file, position, size, open);
    }
}
