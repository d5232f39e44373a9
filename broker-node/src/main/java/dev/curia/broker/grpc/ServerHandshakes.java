package dev.curia.broker.grpc;

import io.grpc.ServerCredentials;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.InternalProtocolNegotiator;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.util.AsciiString;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of handshakes that fail, of which gRPC says nothing to the server. Thread-safe. */
final class ServerHandshakes {
    private static final Logger LOG = LoggerFactory.getLogger(ServerHandshakes.class);

    private ServerHandshakes() {}

    /** The same, with a line in the log for each failure. */
    static ServerCredentials watched(ServerCredentials credentials, Runnable failed) {
        InternalProtocolNegotiator.ServerFactory factory = InternalNettyServerCredentials.toNegotiator(credentials);
        return InternalNettyServerCredentials.create((InternalProtocolNegotiator.ServerFactory)
                executors -> new Watched(factory.newNegotiator(executors), failed));
    }

    private record Watched(InternalProtocolNegotiator.ProtocolNegotiator negotiator, Runnable failed)
            implements InternalProtocolNegotiator.ProtocolNegotiator {
        @Override
        public AsciiString scheme() {
            return negotiator.scheme();
        }

        @Override
        public ChannelHandler newHandler(GrpcHttp2ConnectionHandler grpc) {
            return new Behind(negotiator.newHandler(grpc), failed);
        }

        @Override
        public void close() {
            negotiator.close();
        }
    }

    /** Stands behind the one that shakes hands, which passes on why it could not. */
    private static final class Behind extends ChannelInboundHandlerAdapter {
        private final ChannelHandler negotiation;
        private final Runnable failed;
        private boolean told;

        Behind(ChannelHandler negotiation, Runnable failed) {
            this.negotiation = negotiation;
            this.failed = failed;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            ctx.pipeline().addBefore(ctx.name(), null, negotiation);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            Throwable reason = cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
            if (!told && reason instanceof SSLException) {
                told = true; // the same comes again, as what could not be read
                failed.run();
                LOG.info("rpc {}: no TLS: {}", ctx.channel().remoteAddress(), words(reason));
            }
            ctx.fireExceptionCaught(cause);
        }

        private static String words(Throwable reason) {
            return reason instanceof NotSslRecordException
                    ? "what it speaks is something else; is its rpc.security.protocol, or security.protocol, SSL?"
                    : String.valueOf(reason.getMessage());
        }
    }
}
