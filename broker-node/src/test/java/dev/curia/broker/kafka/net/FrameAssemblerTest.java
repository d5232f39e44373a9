package dev.curia.broker.kafka.net;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.broker.kafka.codec.MalformedRequestException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FrameAssemblerTest {
    private static final ByteBufAllocator ALLOCATOR = new PooledByteBufAllocator(true);
    private static final int MOST = 4 << 20;

    private final FrameAssembler frames = new FrameAssembler(ALLOCATOR, MOST);

    /** Reads as a channel does: to where the assembler wants it, as far as there is room and something came. */
    private void read(ByteBuf wire, int bytes, boolean asWanted) {
        ByteBuf place = asWanted ? frames.place() : null;
        ByteBuf into = place == null ? ALLOCATOR.directBuffer(bytes) : place;
        into.writeBytes(wire, Math.min(bytes, into.writableBytes()));
        frames.add(into);
    }

    private static byte[] payload(SplittableRandom random, int bytes) {
        byte[] payload = new byte[bytes];
        random.nextBytes(payload);
        return payload;
    }

    @Test
    void framesAreWhatWasSentHoweverItComes() throws Exception {
        SplittableRandom random = new SplittableRandom(1);
        for (int round = 0; round < 200; round++) {
            List<byte[]> sent = new ArrayList<>();
            ByteBuf wire = Unpooled.buffer();
            for (int i = random.nextInt(1, 8); i > 0; i--) {
                byte[] payload = payload(random, random.nextInt(random.nextBoolean() ? 300 : 400_000));
                sent.add(payload);
                wire.writeInt(payload.length).writeBytes(payload);
            }
            List<byte[]> received = new ArrayList<>();
            int most = random.nextBoolean() ? 1_000 : 200_000;
            int mixed = random.nextInt(3); // as with TLS, as without, either
            while (wire.isReadable()) {
                int bytes = Math.min(wire.readableBytes(), random.nextInt(1, most));
                read(wire, bytes, mixed == 1 || (mixed == 2 && random.nextBoolean()));
                for (ByteBuf frame = frames.next(); frame != null; frame = frames.next()) {
                    received.add(ByteBufUtil.getBytes(frame));
                    frame.release();
                }
            }
            assertThat(received).as("round " + round).containsExactlyElementsOf(sent);
        }
        frames.release();
    }

    @Test
    void theRestOfALargeFrameIsReadToItsPlace() throws Exception {
        byte[] payload = payload(new SplittableRandom(2), 300_000);
        ByteBuf wire = Unpooled.buffer().writeInt(payload.length).writeBytes(payload);
        read(wire, 100_000, true);
        assertThat(frames.next()).isNull();
        ByteBuf place = requireNonNull(frames.place());
        assertThat(place.writableBytes()).isEqualTo(300_004 - 100_000);
        place.writeBytes(wire);
        long address = place.memoryAddress();
        frames.add(place);
        ByteBuf frame = requireNonNull(frames.next());
        assertThat(address - frame.memoryAddress()).as("in the frame itself").isEqualTo(100_000 - 4);
        assertThat(ByteBufUtil.getBytes(frame)).isEqualTo(payload);
        frame.release();
        assertThat(frame.refCnt()).as("nobody else holds it").isZero();
    }

    @Test
    void aLengthThatIsOnlyPromisedTakesNoMemory() throws Exception {
        ByteBuf wire = Unpooled.buffer().writeInt(MOST).writeBytes(new byte[10_000]);
        read(wire, 10_000, true);
        assertThat(frames.next()).isNull();
        assertThat(frames.place()).isNull();
        frames.release();
    }

    @Test
    void whoHasSentALargeFrameMaySendAnother() throws Exception {
        ByteBuf wire = Unpooled.buffer();
        for (int i = 0; i < 2; i++) wire.writeInt(200_000).writeBytes(new byte[200_000]);
        read(wire, 200_004, true);
        ByteBuf first = requireNonNull(frames.next());
        first.release();
        ByteBuf head = requireNonNull(frames.place());
        assertThat(head.writableBytes()).as("of which little is copied").isLessThan(10_000);
        head.release();
        read(wire, 100, true);
        assertThat(frames.next()).isNull();
        ByteBuf place = requireNonNull(frames.place());
        assertThat(place.writableBytes()).isEqualTo(200_000 - 96);
        place.release();
        frames.release();
    }

    @Test
    void aPlaceThatNothingWasReadToIsGivenAgain() throws Exception {
        ByteBuf wire = Unpooled.buffer().writeInt(100_000).writeBytes(new byte[100_000]);
        read(wire, 50_000, true);
        assertThat(frames.next()).isNull();
        ByteBuf unused = requireNonNull(frames.place());
        unused.release();
        read(wire, wire.readableBytes(), true);
        ByteBuf frame = requireNonNull(frames.next());
        assertThat(frame.readableBytes()).isEqualTo(100_000);
        frame.release();
    }

    @Test
    void wrongLengthsAreRefused() {
        frames.add(ALLOCATOR.directBuffer().writeInt(-1));
        assertThatThrownBy(frames::next)
                .isInstanceOf(MalformedRequestException.class)
                .hasMessageContaining("negative length -1");
        FrameAssembler others = new FrameAssembler(ALLOCATOR, 1_000);
        others.add(ALLOCATOR.directBuffer().writeInt(1_001));
        assertThatThrownBy(others::next)
                .isInstanceOf(MalformedRequestException.class)
                .hasMessageContaining("1001", "socket.request.max.bytes");
    }
}
