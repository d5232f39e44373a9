package dev.curia.bench.floor;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** One thread that waits for its connections and passes on each message that has come whole. */
final class BareNode implements Closeable {
    /** On the node's thread. */
    interface Handler {
        /** @param message valid until this returns */
        void received(ByteBuffer message) throws IOException;
    }

    /** Messages of one connection, which all have one size. */
    private record Inbox(SocketChannel channel, ByteBuffer message, Handler handler) {
        void read() throws IOException {
            if (channel.read(message) < 0) throw new EOFException("the other side has closed " + channel);
            if (message.hasRemaining()) return;
            handler.received(message.flip());
            message.clear();
        }
    }

    private final Selector selector = Selector.open();
    private final Thread thread;
    private volatile boolean closed;

    BareNode(String name) throws IOException {
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    /** Before {@link #start}. */
    void serve(SocketChannel channel, int messageBytes, Handler handler) throws IOException {
        channel.configureBlocking(false);
        channel.register(
                selector, SelectionKey.OP_READ, new Inbox(channel, ByteBuffer.allocateDirect(messageBytes), handler));
    }

    void start() {
        thread.start();
    }

    /** From the node's thread; a message is never so large that the system would not take it. */
    static void send(SocketChannel channel, ByteBuffer message) throws IOException {
        channel.write(message);
        if (message.hasRemaining()) throw new IOException("the system took a part only, on " + channel);
    }

    /** Of its thread. */
    long cpuNanos() {
        return ThreadTime.nanos(thread);
    }

    private void run() {
        try {
            while (!closed) selector.select(key -> read((Inbox) key.attachment()));
        } catch (IOException | UncheckedIOException e) {
            throw new IllegalStateException(thread.getName() + " failed", e);
        }
    }

    private static void read(Inbox inbox) {
        try {
            inbox.read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its thread has ended then; connections are not closed. */
    @Override
    public void close() throws IOException {
        closed = true;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("waiting for the end of " + thread.getName());
        }
        selector.close();
    }
}
