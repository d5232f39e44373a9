package dev.curia.broker.kafka.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;

/**
 * What the system may keep for a connection. Immutable.
 *
 * @param sendBytes of answers that the client did not take yet; negative: as much as the system likes
 * @param receiveBytes of requests that were not read yet; likewise
 */
public record SocketBuffers(int sendBytes, int receiveBytes) {
    void applyTo(ServerBootstrap server) {
        if (sendBytes >= 0) server.childOption(ChannelOption.SO_SNDBUF, sendBytes);
        // Connections have it from the socket that accepts them, in time for what they say of their window.
        if (receiveBytes >= 0) server.option(ChannelOption.SO_RCVBUF, receiveBytes);
    }
}
