package dev.curia.system;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/**
 * Free ports on loopback, taken below the range from which systems pick the ports of outgoing connections: so a port stays free
 * while the node that owns it is down.
 */
final class Ports {
    private static final int FIRST = 11_000;
    private static final int COUNT = 20_000;

    private int next;

    /** Processes that run tests at the same time start at different places, further apart than a cluster has ports. */
    Ports() {
        next = (int) (ProcessHandle.current().pid() * 97 % COUNT);
    }

    synchronized int free() {
        for (int tries = 0; tries < COUNT; tries++) {
            int port = FIRST + next;
            next = (next + 1) % COUNT;
            if (isFree(port)) return port;
        }
        throw new IllegalStateException("no free port");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
