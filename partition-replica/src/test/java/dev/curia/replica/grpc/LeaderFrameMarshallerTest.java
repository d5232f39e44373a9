package dev.curia.replica.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.replication.v1.DivergingEpoch;
import dev.curia.proto.replication.v1.LeaderMessage;
import dev.curia.proto.replication.v1.Refusal;
import dev.curia.testkit.Check;
import io.grpc.Drainable;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Our marshaller against the generated class: the same bytes out, the same message in. */
class LeaderFrameMarshallerTest {
    private final LeaderFrameMarshaller marshaller = new LeaderFrameMarshaller();

    @Test
    void writesWhatProtobufWrites() {
        Check.forAll(2_000, LeaderFrameMarshallerTest::message, message -> {
            InputStream stream = marshaller.stream(frame(message));
            assertThat(stream.available()).isEqualTo(message.getSerializedSize());
            ByteArrayOutputStream drained = new ByteArrayOutputStream();
            assertThat(((Drainable) stream).drainTo(drained)).isEqualTo(message.getSerializedSize());
            assertThat(drained.toByteArray()).isEqualTo(message.toByteArray());
            assertThat(marshaller.stream(frame(message)).readAllBytes()).isEqualTo(message.toByteArray());
        });
    }

    @Test
    void readsWhatProtobufWrites() {
        Check.forAll(2_000, LeaderFrameMarshallerTest::message, message -> {
            LeaderFrame read = marshaller.parse(new ByteArrayInputStream(message.toByteArray()));
            assertThat(back(read)).isEqualTo(message);
            read.records().close();
        });
    }

    @Test
    void skipsFieldsOfANewerVersion() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.writeInt32(1, 7);
        out.writeString(11, "news");
        out.writeFixed64(12, 1);
        out.writeFixed32(13, 1);
        out.writeInt64(14, 5);
        out.writeByteArray(15, new byte[] {1, 2});
        out.flush();
        LeaderFrame read = marshaller.parse(new ByteArrayInputStream(bytes.toByteArray()));
        assertThat(read.handle()).isEqualTo(7);
        assertThat(read.records().size()).isEqualTo(2);
    }

    @Test
    void refusesMalformedBytesWithAStatus() {
        Check.forAll(5_000, LeaderFrameMarshallerTest::garbage, bytes -> {
            try {
                marshaller.parse(new ByteArrayInputStream(bytes)).records().close();
            } catch (StatusRuntimeException e) {
                assertThat(e.getStatus().getDescription()).startsWith("malformed LeaderMessage");
            }
        });
        byte[] tooLong = {0x7A, (byte) 0xFF, 0x7F, 1, 2};
        assertThatThrownBy(() -> marshaller.parse(new ByteArrayInputStream(tooLong)))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("a field of 16383 bytes");
    }

    private static byte[] garbage(SplittableRandom random) {
        byte[] bytes = message(random).toByteArray();
        for (int i = 0; i < 3 && bytes.length > 0; i++) bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        return bytes;
    }

    private static LeaderMessage message(SplittableRandom random) {
        LeaderMessage.Builder message = LeaderMessage.newBuilder()
                .setHandle(random.nextInt())
                .setLeaderEpoch(random.nextInt(-1, 3))
                .setBaseOffset(random.nextLong() >>> random.nextInt(64))
                .setHighWatermark(random.nextLong(-1, 300))
                .setLogStartOffset(random.nextLong(2))
                .setSubscribed(random.nextBoolean())
                .setReplicatedOffset(random.nextLong(-1, 2))
                .setDeletesRemovedTo(random.nextBoolean() ? 0 : random.nextLong());
        if (random.nextBoolean()) {
            message.setRefusal(Refusal.newBuilder()
                    .setCode(ErrorCode.OFFSET_OUT_OF_RANGE)
                    .setLeaderEpoch(random.nextInt())
                    .setLogStartOffset(random.nextLong())
                    .setDiverging(DivergingEpoch.newBuilder().setEpoch(-1).setEndOffset(9)));
        }
        byte[] records = new byte[random.nextInt(400)];
        random.nextBytes(records);
        return message.setRecords(ByteString.copyFrom(records)).build();
    }

    private static LeaderFrame frame(LeaderMessage m) {
        return new LeaderFrame(
                m.getHandle(),
                m.getLeaderEpoch(),
                m.getBaseOffset(),
                m.getHighWatermark(),
                m.getLogStartOffset(),
                m.hasRefusal() ? m.getRefusal() : null,
                m.getSubscribed(),
                m.getReplicatedOffset(),
                m.getDeletesRemovedTo(),
                new RecordBody.HeapBody(ByteBuffer.wrap(m.getRecords().toByteArray())));
    }

    private static LeaderMessage back(LeaderFrame f) {
        LeaderMessage.Builder message = LeaderMessage.newBuilder()
                .setHandle(f.handle())
                .setLeaderEpoch(f.leaderEpoch())
                .setBaseOffset(f.baseOffset())
                .setHighWatermark(f.highWatermark())
                .setLogStartOffset(f.logStartOffset())
                .setSubscribed(f.subscribed())
                .setReplicatedOffset(f.replicatedOffset())
                .setDeletesRemovedTo(f.deletesRemovedTo());
        if (f.refusal() != null) message.setRefusal(f.refusal());
        ByteString records = ByteString.EMPTY;
        for (ByteBuffer part : f.records().parts()) records = records.concat(ByteString.copyFrom(part));
        return message.setRecords(records).build();
    }
}
