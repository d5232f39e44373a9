package dev.curia.metadata.rpc;

import dev.curia.common.net.HostPort;
import dev.curia.metadata.port.BrokerProbe;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Connects, and hangs up. Has no threads while there is nothing to probe. Thread-safe. */
public final class ConnectProbe implements BrokerProbe, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectProbe.class);
    private static final int TIMEOUT_MS = 500;
    private static final int THREADS = 8;
    private static final int WAITING = 10_000;

    private final ThreadPoolExecutor threads =
            new ThreadPoolExecutor(THREADS, THREADS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING), task -> {
                Thread thread = new Thread(task, "broker-probe");
                thread.setDaemon(true);
                return thread;
            });

    public ConnectProbe() {
        threads.allowCoreThreadTimeOut(true);
    }

    @Override
    public void probe(HostPort address, Runnable refused) {
        try {
            threads.execute(() -> connect(address, refused));
        } catch (RejectedExecutionException e) {
            LOG.debug("{} is not probed", address, e); // what is not known takes the session timeout
        }
    }

    private static void connect(HostPort address, Runnable refused) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address.host(), address.port()), TIMEOUT_MS);
        } catch (ConnectException e) {
            refused.run();
        } catch (IOException e) {
            LOG.debug("{} does not answer", address, e);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
