package dev.curia.replica.grpc;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Settings;

/**
 * How records are received: a message in one frame, where HTTP/2's usual ones have 16 KiB, and left where they were received. By default whatever
 * follows a part of a frame is copied behind it, and almost every read ends within a frame. The first handler of a connection; it goes when it
 * has told gRPC's, which comes later.
 */
final class FrameReception extends ChannelInboundHandlerAdapter {
    /** Of what is sent here: a full turn, see {@link LeaderSender#TURN_BYTES}, with what is said about it. */
    static final int FRAME_BYTES = LeaderSender.TURN_BYTES + 1024;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Http2ConnectionHandler http2 = context.pipeline().get(Http2ConnectionHandler.class);
        if (http2 != null) {
            http2.setCumulator(ByteToMessageDecoder.COMPOSITE_CUMULATOR);
            ChannelHandlerContext place = context.pipeline().context(http2);
            Http2Settings settings = new Http2Settings().maxFrameSize(FRAME_BYTES);
            var unused = http2.encoder().writeSettings(place, settings, place.newPromise());
            place.flush();
            context.pipeline().remove(this);
        }
        context.fireChannelRead(message);
    }
}
