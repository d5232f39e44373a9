package dev.curia.replica.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2FrameTypes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FrameReceptionTest {
    private static final byte EXTENSION = 0x77;
    private static final byte[] SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};
    private static final byte[] HEAD = {0, 0, 5, EXTENSION, 0, 0, 0, 0, 0};

    private final List<ByteBuf> payloads = new ArrayList<>();

    private final Http2FrameAdapter frames = new Http2FrameAdapter() {
        @Override
        public void onUnknownFrame(
                ChannelHandlerContext context, byte type, int stream, Http2Flags flags, ByteBuf payload) {
            payloads.add(payload.retain());
        }
    };

    private void addHandlerOfFrames(EmbeddedChannel channel) {
        channel.pipeline()
                .addLast(new Http2ConnectionHandlerBuilder()
                        .server(false)
                        .frameListener(frames)
                        .build());
    }

    @Test
    void aFrameWhosePartsCameApartIsNotCopied() {
        EmbeddedChannel channel = new EmbeddedChannel(new FrameReception());
        addHandlerOfFrames(channel);
        // Room enough behind it for what comes next.
        channel.writeInbound(Unpooled.directBuffer(256).writeBytes(SETTINGS).writeBytes(HEAD, 0, 4));
        ByteBuf rest = Unpooled.directBuffer(256).writeBytes(HEAD, 4, 5);
        rest.writeBytes("hello".getBytes(StandardCharsets.UTF_8));
        channel.writeInbound(rest);
        assertThat(payloads)
                .singleElement()
                .satisfies(payload ->
                        assertThat(payload.toString(StandardCharsets.UTF_8)).isEqualTo("hello"));
        rest.setByte(5, 'J');
        assertThat(payloads.get(0).toString(StandardCharsets.UTF_8)).isEqualTo("Jello");
        payloads.forEach(ByteBuf::release);
        channel.finishAndReleaseAll();
    }

    @Test
    void aMessageMayComeInOneFrame() {
        EmbeddedChannel channel = new EmbeddedChannel(new FrameReception());
        addHandlerOfFrames(channel);
        channel.writeInbound(Unpooled.copiedBuffer(SETTINGS));
        assertThat(sentSettings(channel))
                .containsEntry(Http2CodecUtil.SETTINGS_MAX_FRAME_SIZE, (long) FrameReception.FRAME_BYTES);
        channel.finishAndReleaseAll();
    }

    /** Of all SETTINGS frames. */
    private static Map<Character, Long> sentSettings(EmbeddedChannel channel) {
        Map<Character, Long> settings = new HashMap<>();
        for (ByteBuf sent = channel.readOutbound(); sent != null; sent = channel.readOutbound()) {
            if (sent.equals(Http2CodecUtil.connectionPrefaceBuf())) continue;
            while (sent.isReadable()) {
                int length = sent.readMedium();
                boolean isSettings = sent.readByte() == Http2FrameTypes.SETTINGS;
                ByteBuf payload = sent.skipBytes(5).readSlice(length);
                while (isSettings && payload.isReadable()) {
                    settings.put((char) payload.readUnsignedShort(), payload.readUnsignedInt());
                }
            }
            sent.release();
        }
        return settings;
    }

    @Test
    void itWaitsForTheHandlerOfFramesAndIsGoneThen() {
        EmbeddedChannel channel = new EmbeddedChannel(new FrameReception());
        channel.writeInbound("before");
        assertThat(channel.<String>readInbound()).isEqualTo("before");
        assertThat(channel.pipeline().get(FrameReception.class)).isNotNull();
        addHandlerOfFrames(channel);
        channel.writeInbound(Unpooled.copiedBuffer(SETTINGS));
        assertThat(channel.pipeline().get(FrameReception.class)).isNull();
        channel.finishAndReleaseAll();
    }
}
