package dev.curia.broker.kafka.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** A process with connections that say nothing, until its standard input ends: {@code PORT COUNT}. */
final class IdleConnections {
    private IdleConnections() {}

    public static void main(String[] arguments) throws IOException {
        InetSocketAddress broker =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]));
        List<SocketChannel> open = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(arguments[1]); i++) open.add(SocketChannel.open(broker));
        while (System.in.read() >= 0) {} // ends with whoever started it
        for (SocketChannel each : open) each.close();
    }
}
