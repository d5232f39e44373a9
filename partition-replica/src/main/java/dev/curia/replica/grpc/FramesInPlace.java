package dev.curia.replica.grpc;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;

/**
 * Leaves what was received where it was received. By default whatever follows a part of a frame is copied behind it, and almost every read ends
 * within a frame. The first handler of a connection; it goes when it has told gRPC's, which comes later.
 */
final class FramesInPlace extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Http2ConnectionHandler http2 = context.pipeline().get(Http2ConnectionHandler.class);
        if (http2 != null) {
            http2.setCumulator(ByteToMessageDecoder.COMPOSITE_CUMULATOR);
            context.pipeline().remove(this);
        }
        context.fireChannelRead(message);
    }
}
