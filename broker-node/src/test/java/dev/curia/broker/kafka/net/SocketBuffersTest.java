package dev.curia.broker.kafka.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SocketBuffersTest {
    private final EventLoopGroup threads = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

    private record Sizes(int send, int receive) {}

    @AfterEach
    void stop() {
        threads.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    @Test
    void connectionsHaveWhatIsConfigured() throws Exception {
        Sizes small = accepted(new SocketBuffers(20_000, 30_000));
        Sizes large = accepted(new SocketBuffers(80_000, 90_000));

        // Linux doubles them, others do not.
        assertThat(small.send()).isBetween(20_000, 40_000);
        assertThat(small.receive()).isBetween(30_000, 60_000);
        assertThat(large.send()).isBetween(80_000, 160_000);
        assertThat(large.receive()).isBetween(90_000, 180_000);
    }

    @Test
    void withoutThemTheSystemChooses() throws Exception {
        Sizes usual = accepted(null);

        assertThat(accepted(new SocketBuffers(-1, -1))).isEqualTo(usual);
    }

    private Sizes accepted(@Nullable SocketBuffers buffers) throws Exception {
        CompletableFuture<Sizes> sizes = new CompletableFuture<>();
        ServerBootstrap server = new ServerBootstrap()
                .group(threads)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        sizes.complete(new Sizes(
                                channel.config().getOption(ChannelOption.SO_SNDBUF),
                                channel.config().getOption(ChannelOption.SO_RCVBUF)));
                    }
                });
        if (buffers != null) buffers.applyTo(server);
        Channel bound = server.bind(InetAddress.getLoopbackAddress(), 0).sync().channel();
        try (Socket client = new Socket()) {
            client.connect(bound.localAddress());
            return sizes.get(10, TimeUnit.SECONDS);
        } finally {
            bound.close().sync();
        }
    }
}
