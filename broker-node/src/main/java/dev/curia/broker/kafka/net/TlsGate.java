package dev.curia.broker.kafka.net;

import dev.curia.broker.security.TlsContext;
import dev.curia.common.security.Principal;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Behind a connection's TLS: tells the connection whose certificate it is, and closes what is not TLS. Loop-confined. */
final class TlsGate extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(TlsGate.class);

    private final String listener;
    private final TlsContext tls;
    private final SslHandler handler;

    TlsGate(String listener, TlsContext tls, SslHandler handler) {
        this.listener = listener;
        this.tls = tls;
        this.handler = handler;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (!(event instanceof SslHandshakeCompletionEvent done)) {
            ctx.fireUserEventTriggered(event);
            return;
        }
        if (!done.isSuccess()) {
            refuse(ctx, String.valueOf(done.cause().getMessage()));
            return;
        }
        try {
            Optional<Principal> owner = tls.principal(handler.engine().getSession());
            owner.ifPresent(ctx::fireUserEventTriggered);
        } catch (IOException e) {
            refuse(ctx, "its certificate's subject fits none of ssl.principal.mapping.rules");
        }
    }

    /** A failed handshake comes here too, after its event. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        boolean broken = cause instanceof DecoderException && cause.getCause() instanceof SSLException;
        if (broken || cause instanceof SSLException) close(ctx);
        else ctx.fireExceptionCaught(cause);
    }

    private void refuse(ChannelHandlerContext ctx, String why) {
        tls.handshakeFailed();
        LOG.info("{} {}: no TLS: {}", listener, ctx.channel().remoteAddress(), why);
        close(ctx);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // nobody is left to be told
    private static void close(ChannelHandlerContext ctx) {
        ctx.close();
    }
}
