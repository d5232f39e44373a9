package dev.curia.broker.kafka.net;

import dev.curia.broker.kafka.api.ApiTable;
import dev.curia.broker.quota.Quotas;
import dev.curia.broker.security.TlsContext;
import dev.curia.common.time.Clock;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultMessageSizeEstimator;
import io.netty.channel.FileRegion;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.stream.ChunkedWriteHandler;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** One bound address where Kafka clients connect. Thread-safe. */
public final class KafkaListener implements AutoCloseable {
    private static final int BACKLOG = 1024;
    private static final WriteBufferWaterMark WRITE_MARKS = new WriteBufferWaterMark(1 << 20, 2 << 20);
    // Netty counts a file region as nothing, since it takes no memory; but each one holds a segment open for a client
    // that may not read.
    private static final MessageSizeEstimator.Handle SIZES = message -> message instanceof FileRegion region
            ? (int) Math.min(Integer.MAX_VALUE, region.count())
            : DefaultMessageSizeEstimator.DEFAULT.newHandle().size(message);
    private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(1);

    /**
     * @param name the listener's name: PLAINTEXT, EXTERNAL, ...
     * @param host empty: all addresses
     * @param port 0: any free one
     * @param maxRequestBytes socket.request.max.bytes
     * @param buffers socket.send.buffer.bytes and socket.receive.buffer.bytes
     * @param maxIdle connections.max.idle.ms
     * @param limits shared by all listeners
     * @param quotas likewise
     * @param security how clients are known
     */
    public record Config(
            String name,
            String host,
            int port,
            int maxRequestBytes,
            SocketBuffers buffers,
            Duration maxIdle,
            ConnectionLimits limits,
            Quotas quotas,
            ListenerSecurity security) {}

    private final Channel server;
    private final ChannelGroup connections;

    private KafkaListener(Channel server, ChannelGroup connections) {
        this.server = server;
        this.connections = connections;
    }

    /**
     * Binds and serves at once.
     *
     * @throws IOException when the address can't be bound; the message names listener and address
     */
    public static KafkaListener start(
            Config config, ClientThreads threads, ApiTable apis, Clock clock, KafkaMetrics metrics) throws IOException {
        ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
        AtomicLong numbers = new AtomicLong();
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(threads.group())
                .channel(threads.serverChannel())
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WRITE_MARKS)
                .childOption(ChannelOption.MESSAGE_SIZE_ESTIMATOR, () -> SIZES)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (!admitted(channel, config, metrics)) return;
                        connections.add(channel);
                        String id = config.name() + "-" + numbers.incrementAndGet();
                        channel.pipeline()
                                .addLast(new IdleStateHandler(
                                        0, 0, config.maxIdle().toMillis(), TimeUnit.MILLISECONDS));
                        config.security().tls().ifPresent(tls -> encrypt(channel, config, tls));
                        KafkaConnection connection = new KafkaConnection(config, id, apis, clock, metrics);
                        channel.pipeline().addLast(connection);
                        // What is read with TLS are not the frames.
                        boolean plain = config.security().tls().isEmpty();
                        channel.config()
                                .setRecvByteBufAllocator(new FrameReads(plain ? connection::place : () -> null));
                        if (config.security().sasl().isPresent())
                            expectLogin(channel, config.security().timeout());
                    }
                });
        config.buffers().applyTo(bootstrap);
        InetSocketAddress address = config.host().isEmpty()
                ? new InetSocketAddress(config.port())
                : new InetSocketAddress(config.host(), config.port());
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        Throwable cause = bound.cause();
        if (cause != null) {
            throw new IOException(
                    "cannot listen for Kafka clients on " + config.name() + "://" + config.host() + ":" + config.port()
                            + " (listeners): " + cause.getMessage(),
                    cause);
        }
        return new KafkaListener(bound.channel(), connections);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // nobody is left to be told
    private static boolean admitted(Channel channel, Config config, KafkaMetrics metrics) {
        if (!(channel.remoteAddress() instanceof InetSocketAddress from)) {
            channel.close(); // gone already
            return false;
        }
        ConnectionLimits limits = config.limits();
        long delayNanos = limits.admit(from.getAddress());
        if (delayNanos == ConnectionLimits.REFUSED) {
            metrics.refused();
            channel.close();
            return false;
        }
        channel.closeFuture().addListener(closed -> limits.closed(from.getAddress()));
        long untilClosedNanos = config.quotas().admit(from.getAddress());
        if (untilClosedNanos > 0) {
            // Not at once: a client that connects again and again would only do it faster (KIP-612).
            channel.config().setAutoRead(false);
            channel.eventLoop().schedule(() -> channel.close(), untilClosedNanos, TimeUnit.NANOSECONDS);
            return false;
        }
        if (delayNanos > 0) {
            metrics.delayed();
            channel.config().setAutoRead(false);
            channel.eventLoop().schedule(() -> channel.config().setAutoRead(true), delayNanos, TimeUnit.NANOSECONDS);
        }
        return true;
    }

    private static void encrypt(Channel channel, Config config, TlsContext tls) {
        SslHandler handler = new SslHandler(tls.serverEngine());
        handler.setHandshakeTimeoutMillis(config.security().timeout().toMillis());
        channel.pipeline()
                .addLast(handler)
                .addLast(new ChunkedWriteHandler())
                .addLast(new SliceChunks.Sender())
                .addLast(new TlsGate(config.name(), tls, handler));
    }

    private static void expectLogin(Channel channel, Duration timeout) {
        Future<?> late = channel.eventLoop()
                .schedule(
                        () -> channel.pipeline().fireUserEventTriggered(KafkaConnection.Event.LOGIN_TIMEOUT),
                        timeout.toNanos(),
                        TimeUnit.NANOSECONDS);
        channel.closeFuture().addListener(closed -> late.cancel(false));
    }

    /** The port bound. */
    public int port() {
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    /** Takes no more connections and requests, answers what was asked, then closes; what takes too long is cut off. */
    @Override
    public void close() {
        server.close().awaitUninterruptibly();
        connections.forEach(channel -> channel.pipeline().fireUserEventTriggered(KafkaConnection.Event.DRAIN));
        connections.newCloseFuture().awaitUninterruptibly(DRAIN_TIMEOUT.toMillis());
        connections.close().awaitUninterruptibly();
    }
}
