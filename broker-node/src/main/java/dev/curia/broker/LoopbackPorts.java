package dev.curia.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** Free ports of this machine, for clusters that nobody else needs to find. Stateless. */
final class LoopbackPorts {
    private LoopbackPorts() {}

    /** So many quorum nodes from id 1 on, as {@code quorum.voters} has them: their ports are settings, so they are chosen before they are bound. */
    static String voters(int count) {
        List<ServerSocket> taken = new ArrayList<>();
        try {
            List<String> voters = new ArrayList<>();
            for (int id = 1; id <= count; id++) voters.add(id + "@127.0.0.1:" + free(taken) + ":" + free(taken));
            return String.join(",", voters);
        } catch (IOException e) {
            throw new UncheckedIOException("no free port on the loopback address", e);
        } finally {
            taken.forEach(LoopbackPorts::close);
        }
    }

    private static int free(List<ServerSocket> taken) throws IOException {
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        taken.add(socket);
        return socket.getLocalPort();
    }

    private static void close(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
